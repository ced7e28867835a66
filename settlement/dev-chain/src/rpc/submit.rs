//! From a transaction's bytes to the pool.

use codec::Encode as _;
use coretime_dev_runtime::{AccountId, Hash, Nonce};
use sp_runtime::{
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
    runtime::ExtrinsicForm,
    state::StateBackend,
    watch::TxStatus,
};

/// How a transaction is made; an error unless all of its bytes are one.
pub(super) fn form(context: &Context, bytes: &[u8]) -> Result<ExtrinsicForm, PoolError> {
    let state = context.shared.chain.read().state_at(None);
    let (_, state) = state.map_err(|error| PoolError::Runtime(error.to_string()))?;
    on_runtime_stack(|| state.runtime.form(bytes))
        .map_err(|error| PoolError::Runtime(error.to_string()))?
        .map_err(|error| PoolError::Format(error.to_string()))
}

/// Validates a transaction on the best block and puts it into the pool.
pub(super) fn submit(
    context: &Context,
    bytes: Vec<u8>,
    watch: bool,
) -> Result<(Hash, Option<mpsc::UnboundedReceiver<TxStatus>>), PoolError> {
    let form = form(context, &bytes)?;
    let (block, state) =
        context.shared.chain.read().state_at(None).map_err(|error| PoolError::Runtime(error.to_string()))?;
    let tx = on_runtime_stack(|| validate(&block, &state, form, bytes))
        .map_err(|error| PoolError::Runtime(error.to_string()))??;
    let hash = tx.hash;
    let statuses = context.shared.pool.lock().submit(tx, watch)?;
    Ok((hash, statuses))
}

fn validate(
    block: &SealedBlock,
    state: &StateBackend,
    form: ExtrinsicForm,
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
    match form {
        ExtrinsicForm::SignedById => {}
        ExtrinsicForm::SignedOtherwise => return Err(refused(InvalidTransaction::BadSigner.into())),
        ExtrinsicForm::Bare => return Err(refused(UnknownTransaction::NoUnsignedValidator.into())),
        ExtrinsicForm::General => return Err(PoolError::NoTags),
    }
    // What the nonce check gives: nothing else of these transactions gives a tag.
    let tag = validity.provides.first().ok_or(PoolError::NoTags)?;
    let (sender, nonce) =
        <(AccountId, Nonce) as codec::Decode>::decode(&mut &tag[..]).map_err(|_| PoolError::NoTags)?;
    let account_nonce: Nonce =
        call(state, &mut Default::default(), "AccountNonceApi_account_nonce", &sender).map_err(runtime)?;
    let longevity = u32::try_from(validity.longevity).unwrap_or(u32::MAX);
    Ok(ValidTx {
        hash: BlakeTwo256::hash(&bytes),
        bytes,
        sender,
        nonce,
        priority: validity.priority,
        valid_until: block.header.number.saturating_add(longevity),
        account_nonce,
    })
}
