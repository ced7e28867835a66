//! Accounts and their balances.

use super::{AtBlock, ChainError};
use coretime_types::{AccountId, Planck};
use subxt::{dynamic, ext::scale_decode::DecodeAsType, utils::AccountId32};

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountInfo {
    providers: u32,
    sufficients: u32,
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: u128,
    reserved: u128,
    frozen: u128,
}

/// What an account has on chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    /// Whether the account is there at all: only then can it get less than the existential deposit.
    pub(crate) exists: bool,
    pub(crate) free: Planck,
    /// Free and reserved: what it owns.
    pub(crate) total: Planck,
    /// What of the free funds cannot be spent.
    pub(crate) frozen: Planck,
}

pub(crate) async fn balance(at: &AtBlock, account: AccountId) -> Result<Balance, ChainError> {
    let failed = || ChainError::node("read an account");
    let address = dynamic::storage::<(AccountId32,), AccountInfo>("System", "Account");
    let value = at.storage().try_fetch(address, (AccountId32(account.0),)).await.map_err(failed())?;
    let Some(value) = value else { return Ok(Balance::default()) };
    let info = value.decode().map_err(ChainError::node("read an account"))?;
    let total = info.data.free.checked_add(info.data.reserved);
    Ok(Balance {
        exists: info.providers > 0 || info.sufficients > 0,
        free: Planck(info.data.free),
        total: Planck(total.ok_or_else(|| ChainError::Unsuitable("a balance beyond 128 bits".into()))?),
        frozen: Planck(info.data.frozen),
    })
}

/// The nonce of the account's next extrinsic after this block.
pub(crate) async fn nonce(at: &AtBlock, account: AccountId) -> Result<u64, ChainError> {
    at.tx().account_nonce(&AccountId32(account.0)).await.map_err(ChainError::node("read an account's nonce"))
}

pub(crate) fn existential_deposit(at: &AtBlock) -> Result<Planck, ChainError> {
    at.constants()
        .entry(dynamic::constant::<u128>("Balances", "ExistentialDeposit"))
        .map(Planck)
        .map_err(ChainError::node("read Balances.ExistentialDeposit"))
}
