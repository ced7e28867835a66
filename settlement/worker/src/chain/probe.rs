//! Whether the chain lets regions be interlaced.
//!
//! A base call filter does not show in metadata, so a node is asked to apply a signed `Broker.interlace` of a region
//! that cannot exist, on a state that it throws away: `BlockBuilder_apply_extrinsic` through `state_call`. Nothing is
//! submitted and no fee is paid. The call fails either way; how it fails is the answer.

use super::{
    AtBlock, Chain, ChainError, accounts,
    broker::{self, BrokerMask, BrokerRegionId},
    calls::Interlace,
    events::{DispatchFailure, dispatch_failure},
    extrinsic,
};
use crate::keys::SignerKey;
use coretime_types::BlockNumber;
use subxt::tx::StaticPayload;

const MORTALITY_BLOCKS: u64 = 8;

pub(crate) async fn can_interlace(chain: &Chain, at: &AtBlock, key: &SignerKey) -> Result<bool, ChainError> {
    let nonce = accounts::nonce(at, key.account()).await?;
    // In the state after a block its own hash is not known yet, so the era begins one earlier.
    let anchor = chain.at(BlockNumber(at.block_number().saturating_sub(1))).await?;
    let nowhere = BrokerRegionId { begin: u32::MAX, core: u16::MAX, mask: BrokerMask([0; 10]) };
    let call = Interlace { region_id: nowhere, pivot: BrokerMask([0; 10]) };
    let call = StaticPayload::new(broker::PALLET, "interlace", call);
    let params = extrinsic::mortal(&anchor, nonce, MORTALITY_BLOCKS);
    let (bytes, _) = extrinsic::sign_call(at, &call, key, params)?;
    let answer = at
        .runtime_apis()
        .call_raw("BlockBuilder_apply_extrinsic", Some(&bytes))
        .await
        .map_err(ChainError::node("try out an interlace"))?;
    // `Result<Result<(), DispatchError>, TransactionValidityError>`.
    let failure = match &answer[..] {
        [0, 1, error @ ..] => dispatch_failure(error, &at.metadata())?,
        [1, ..] => DispatchFailure("the signer cannot pay for it, or its proof is refused".into()),
        _ => DispatchFailure("an answer of another form".into()),
    };
    match failure.0.as_str() {
        "System.CallFiltered" => Ok(false),
        name if name.starts_with("Broker.") => Ok(true),
        other => Err(ChainError::Unsuitable(format!(
            "whether regions can be interlaced could not be found out ({other}); set it in the configuration"
        ))),
    }
}
