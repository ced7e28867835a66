//! Errors with the codes that Substrate nodes give.

use jsonrpsee::types::{ErrorObject, ErrorObjectOwned};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction};

use crate::{chain::StateError, config::NodeError, executor::CallError, pool::PoolError};

/// `state_*`: the client's own errors.
const STATE_CLIENT: i32 = 4003;
/// `state_*`: more was asked for than is given at once.
const STATE_COUNT: i32 = 4002;

const POOL_BAD_FORMAT: i32 = 1001;
const POOL_VERIFICATION: i32 = 1002;
const POOL_INVALID: i32 = 1010;
const POOL_UNKNOWN_VALIDITY: i32 = 1011;
const POOL_ALREADY_IMPORTED: i32 = 1013;
const POOL_TOO_LOW_PRIORITY: i32 = 1014;
const POOL_IMMEDIATELY_DROPPED: i32 = 1016;
const POOL_NO_TAGS: i32 = 1017;

/// `dev_*`: the chain could not do as told.
const DEV: i32 = 9_000;

pub(super) fn state(error: StateError) -> ErrorObjectOwned {
    ErrorObject::owned(STATE_CLIENT, format!("Client error: {error}"), None::<()>)
}

pub(super) fn call(error: CallError) -> ErrorObjectOwned {
    ErrorObject::owned(STATE_CLIENT, format!("Client error: Execution failed: {error}"), None::<()>)
}

pub(super) fn count(value: u32, max: u32) -> ErrorObjectOwned {
    let message = format!("count exceeds maximum value. value: {value}, max: {max}");
    ErrorObject::owned(STATE_COUNT, message, None::<()>)
}

pub(super) fn storage(error: impl std::fmt::Display) -> ErrorObjectOwned {
    ErrorObject::owned(STATE_CLIENT, format!("Client error: {error}"), None::<()>)
}

pub(super) fn invalid_params(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObject::owned(jsonrpsee::types::error::INVALID_PARAMS_CODE, message, None::<()>)
}

pub(super) fn node(error: &NodeError) -> ErrorObjectOwned {
    ErrorObject::owned(DEV, error.to_string(), None::<()>)
}

pub(super) fn pool(error: PoolError) -> ErrorObjectOwned {
    let (code, message, data) = match error {
        PoolError::Format(reason) => {
            (POOL_BAD_FORMAT, format!("Extrinsic has invalid format: {reason}"), None)
        }
        PoolError::Runtime(reason) => (POOL_VERIFICATION, format!("Verification Error: {reason}"), None),
        PoolError::Validity(TransactionValidityError::Invalid(invalid)) => {
            let data = match invalid {
                InvalidTransaction::Custom(code) => format!("Custom error: {code}"),
                other => <&'static str>::from(other).to_owned(),
            };
            (POOL_INVALID, "Invalid Transaction".to_owned(), Some(data))
        }
        PoolError::Validity(TransactionValidityError::Unknown(unknown)) => {
            let data = match unknown {
                UnknownTransaction::Custom(code) => format!("Custom error: {code}"),
                other => <&'static str>::from(other).to_owned(),
            };
            (POOL_UNKNOWN_VALIDITY, "Unknown Transaction Validity".to_owned(), Some(data))
        }
        PoolError::NoTags => {
            let data = "Transaction does not provide any tags, so the pool can't identify it";
            (POOL_NO_TAGS, "Unactionable".to_owned(), Some(data.to_owned()))
        }
        PoolError::AlreadyImported(hash) => {
            (POOL_ALREADY_IMPORTED, "Transaction Already Imported".to_owned(), Some(format!("{hash:?}")))
        }
        PoolError::TooLowPriority { old, new } => {
            let data =
                "The transaction has too low priority to replace another transaction already in the pool.";
            let message = format!("Priority is too low: ({old} vs {new})");
            (POOL_TOO_LOW_PRIORITY, message, Some(data.to_owned()))
        }
        PoolError::Full => {
            let data = "The transaction couldn't enter the pool because of the limit";
            (POOL_IMMEDIATELY_DROPPED, "Immediately Dropped".to_owned(), Some(data.to_owned()))
        }
    };
    ErrorObject::owned(code, message, data)
}
