//! Calls into the native runtime, kept apart from the node: panics become errors, stacks are large.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use codec::{Decode, Encode};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{Ext, OverlayedChanges};

use crate::state::StateBackend;

/// What a call has changed on top of a state.
pub(crate) type Overlay = OverlayedChanges<BlakeTwo256>;

/// Calls nest as deep as a transaction tells them to; wasm would trap where native code would overrun its stack.
pub(crate) const RUNTIME_STACK_BYTES: usize = 64 * 1024 * 1024;

/// Why a call into the runtime gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// There is no such function.
    #[error("Exported method {0} is not found")]
    UnknownFunction(String),
    /// The runtime panicked.
    #[error("{function} panicked: {message}")]
    Panic {
        /// The function.
        function: String,
        /// What it said.
        message: String,
    },
    /// The answer is not of the type that it should be.
    #[error("{function} gave an answer that does not decode: {source}")]
    Answer {
        /// The function.
        function: String,
        /// Why not.
        source: codec::Error,
    },
    /// No thread for the call.
    #[error("no thread for the call: {0}")]
    Thread(String),
}

/// Calls a runtime function with encoded arguments. To be used on a thread with [`RUNTIME_STACK_BYTES`].
pub(crate) fn call_raw(
    state: &StateBackend,
    overlay: &mut Overlay,
    function: &str,
    arguments: &[u8],
) -> Result<Vec<u8>, CallError> {
    let depth = overlay.transaction_depth();
    let mut ext = Ext::new(overlay, &**state, None);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        sp_externalities::set_and_run_with_externalities(&mut ext, || {
            state.runtime.dispatch(function, arguments)
        })
    }));
    match outcome {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(CallError::UnknownFunction(function.to_owned())),
        Err(panic) => {
            // The panic left the storage transactions open that it was in.
            while overlay.transaction_depth() > depth && overlay.rollback_transaction().is_ok() {}
            Err(CallError::Panic { function: function.to_owned(), message: panic_message(&*panic) })
        }
    }
}

/// Calls a runtime function and decodes its answer.
pub(crate) fn call<Answer: Decode>(
    state: &StateBackend,
    overlay: &mut Overlay,
    function: &str,
    arguments: &impl Encode,
) -> Result<Answer, CallError> {
    let answer = call_raw(state, overlay, function, &arguments.encode())?;
    Answer::decode(&mut &answer[..])
        .map_err(|source| CallError::Answer { function: function.to_owned(), source })
}

/// Runs `work` on a thread whose stack is large enough for any runtime call.
pub(crate) fn on_runtime_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, CallError> {
    thread::scope(|scope| {
        thread::Builder::new()
            .name("runtime-call".into())
            .stack_size(RUNTIME_STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|error| CallError::Thread(error.to_string()))?
            .join()
            .map_err(|panic| CallError::Thread(panic_message(&*panic)))
    })
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}
