//! From a transaction's bytes to the pool.

use codec::{DecodeLimit as _, Encode as _};
use coretime_dev_runtime::{Hash, Nonce, UncheckedExtrinsic};
use sp_runtime::{
    MultiAddress,
    generic::Preamble,
    traits::{BlakeTwo256, Hash as _},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
        UnknownTransaction,
    },
};
use tokio::sync::mpsc;

use super::Context;
use crate::{
    chain::SealedBlock,
    executor::{call, call_raw, on_runtime_stack},
    pool::{PoolError, ValidTx},
    state::StateBackend,
    watch::TxStatus,
};

/// How deep calls may nest, as for a real node.
const MAX_EXTRINSIC_DEPTH: u32 = 256;

/// Decodes a transaction, all of its bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<UncheckedExtrinsic, PoolError> {
    on_runtime_stack(|| UncheckedExtrinsic::decode_all_with_depth_limit(MAX_EXTRINSIC_DEPTH, &mut &bytes[..]))
        .map_err(|error| PoolError::Runtime(error.to_string()))?
        .map_err(|error| PoolError::Format(error.to_string()))
}

/// Validates a transaction on the best block and puts it into the pool.
pub(super) fn submit(
    context: &Context,
    bytes: Vec<u8>,
    watch: bool,
) -> Result<(Hash, Option<mpsc::UnboundedReceiver<TxStatus>>), PoolError> {
    let extrinsic = decode(&bytes)?;
    let (block, state) =
        context.shared.chain.read().state_at(None).map_err(|error| PoolError::Runtime(error.to_string()))?;
    let tx = on_runtime_stack(|| validate(&block, &state, extrinsic, bytes))
        .map_err(|error| PoolError::Runtime(error.to_string()))??;
    let hash = tx.hash;
    let statuses = context.shared.pool.lock().submit(tx, watch)?;
    Ok((hash, statuses))
}

fn validate(
    block: &SealedBlock,
    state: &StateBackend,
    extrinsic: UncheckedExtrinsic,
    bytes: Vec<u8>,
) -> Result<ValidTx, PoolError> {
    let refused = |error: TransactionValidityError| PoolError::Validity(error);
    // The bytes are the extrinsic's encoding already.
    let arguments = [&TransactionSource::External.encode()[..], &bytes, &block.hash.encode()].concat();
    let runtime = |error: crate::executor::CallError| PoolError::Runtime(error.to_string());
    let answer =
        call_raw(state, &mut Default::default(), "TaggedTransactionQueue_validate_transaction", &arguments)
            .map_err(runtime)?;
    let validity = <TransactionValidity as codec::Decode>::decode(&mut &answer[..])
        .map_err(|error| PoolError::Runtime(error.to_string()))?
        .map_err(refused)?;
    let (address, extensions) = match extrinsic.preamble {
        Preamble::Signed(address, _, extensions) => (address, extensions),
        Preamble::Bare(_) => {
            return Err(refused(UnknownTransaction::NoUnsignedValidator.into()));
        }
        Preamble::General(..) => return Err(PoolError::NoTags),
    };
    let MultiAddress::Id(sender) = address else {
        return Err(refused(InvalidTransaction::BadSigner.into()));
    };
    let account_nonce: Nonce =
        call(state, &mut Default::default(), "AccountNonceApi_account_nonce", &sender).map_err(runtime)?;
    let longevity = u32::try_from(validity.longevity).unwrap_or(u32::MAX);
    Ok(ValidTx {
        hash: BlakeTwo256::hash(&bytes),
        bytes,
        sender,
        nonce: extensions.6.0,
        priority: validity.priority,
        valid_until: block.header.number.saturating_add(longevity),
        account_nonce,
    })
}
