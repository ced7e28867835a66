//! Signed extrinsics: making them, and finding them in blocks.

use super::{AtBlock, ChainError, calls::Payload, client::hash_text};
use crate::keys::SignerKey;
use coretime_types::{BlockNumber, ExtrinsicHash};
use subxt::{
    SubstrateConfig,
    config::{DefaultExtrinsicParams, DefaultExtrinsicParamsBuilder},
    tx,
};

/// Bytes that can be submitted, once, until some block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedExtrinsic {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: ExtrinsicHash,
    pub(crate) nonce: u64,
    pub(crate) valid_until: BlockNumber,
}

/// Signs a batch so that it can be included in the `mortality_blocks` after `at`.
pub(crate) fn sign(
    at: &AtBlock,
    payload: &Payload,
    key: &SignerKey,
    nonce: u64,
    mortality_blocks: u64,
) -> Result<SignedExtrinsic, ChainError> {
    let params = mortal(at, nonce, mortality_blocks);
    let signed = match payload {
        Payload::Direct(call) => sign_call(at, call, key, params),
        Payload::Proxied(call) => sign_call(at, call, key, params),
    }?;
    // The last block of the era is one less; waiting for this one is always right.
    let valid_until = BlockNumber(at.block_number().saturating_add(mortality_blocks));
    Ok(SignedExtrinsic { hash: signed.1, bytes: signed.0, nonce, valid_until })
}

pub(crate) fn mortal(
    anchor: &AtBlock,
    nonce: u64,
    mortality_blocks: u64,
) -> DefaultExtrinsicParams<SubstrateConfig> {
    DefaultExtrinsicParamsBuilder::new()
        .mortal_from_unchecked(mortality_blocks, anchor.block_number(), anchor.block_hash())
        .nonce(nonce)
        .build()
}

/// The signed bytes of a call, and their hash.
pub(crate) fn sign_call<Call: tx::Payload>(
    at: &AtBlock,
    call: &Call,
    key: &SignerKey,
    params: DefaultExtrinsicParams<SubstrateConfig>,
) -> Result<(Vec<u8>, ExtrinsicHash), ChainError> {
    let mut signable =
        at.tx().create_signable_offline(call, params).map_err(ChainError::node("encode an extrinsic"))?;
    let signed = signable.sign(key.keypair()).map_err(ChainError::node("sign an extrinsic"))?;
    Ok((signed.encoded().to_vec(), hash_text(signed.hash())))
}

/// The hashes of the block's extrinsics, with their places.
pub(crate) async fn hashes(at: &AtBlock) -> Result<Vec<(u32, ExtrinsicHash)>, ChainError> {
    let extrinsics = at.extrinsics().fetch().await.map_err(ChainError::node("read a block's extrinsics"))?;
    let mut hashes = Vec::new();
    // One that this client cannot decode is none of ours.
    for extrinsic in extrinsics.iter().flatten() {
        if let Ok(index) = u32::try_from(extrinsic.index()) {
            hashes.push((index, hash_text(extrinsic.hash())));
        }
    }
    Ok(hashes)
}
