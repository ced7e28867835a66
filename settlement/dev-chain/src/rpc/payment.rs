//! `payment_*`: what a transaction would cost.

use codec::Encode as _;
use coretime_dev_runtime::{Balance, Hash};
use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use pallet_transaction_payment_rpc_runtime_api::{FeeDetails, RuntimeDispatchInfo};
use serde_json::{Value, json};
use sp_core::Bytes;

use super::{Context, error, submit};

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_blocking_method("payment_queryInfo", |params, context, _| {
        let mut params = params.sequence();
        let (extrinsic, at) = (params.next()?, params.optional_next()?);
        let info: RuntimeDispatchInfo<Balance> =
            query(&context, "TransactionPaymentApi_query_info", &extrinsic, at)?;
        RpcResult::Ok(info)
    })?;
    module.register_blocking_method("payment_queryFeeDetails", |params, context, _| {
        let mut params = params.sequence();
        let (extrinsic, at) = (params.next()?, params.optional_next()?);
        let details: FeeDetails<Balance> =
            query(&context, "TransactionPaymentApi_query_fee_details", &extrinsic, at)?;
        RpcResult::Ok(details_json(&details))
    })?;
    Ok(())
}

fn query<Answer: codec::Decode + Send>(
    context: &Context,
    function: &str,
    extrinsic: &Bytes,
    at: Option<Hash>,
) -> RpcResult<Answer> {
    submit::form(context, extrinsic).map_err(error::pool)?;
    let length = u32::try_from(extrinsic.len()).unwrap_or(u32::MAX);
    context.call(at, function, &RawArguments([&extrinsic.0[..], &length.encode()].concat()))
}

/// Arguments that are encoded already.
struct RawArguments(Vec<u8>);

impl codec::Encode for RawArguments {
    fn encode_to<Output: codec::Output + ?Sized>(&self, output: &mut Output) {
        output.write(&self.0);
    }
}

fn details_json(details: &FeeDetails<Balance>) -> Value {
    let hex = |planck: Balance| format!("{planck:#x}");
    let inclusion = details.inclusion_fee.as_ref().map(|fee| {
        json!({
            "baseFee": hex(fee.base_fee),
            "lenFee": hex(fee.len_fee),
            "adjustedWeightFee": hex(fee.adjusted_weight_fee),
        })
    });
    json!({ "inclusionFee": inclusion })
}
