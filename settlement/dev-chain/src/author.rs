//! Making a block, and running one that was made before.

use codec::{Decode as _, Encode as _};
use coretime_dev_runtime::{Hash, Header};
use sp_runtime::{
    ApplyExtrinsicResult, ExtrinsicInclusionMode, OpaqueExtrinsic,
    traits::{BlakeTwo256, Header as _},
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use sp_state_machine::BackendTransaction;

use crate::{
    chain::SealedBlock,
    executor::{CallError, Overlay, call, call_raw},
    runtime::Clock,
    state::{STATE_VERSION, StateBackend},
};

/// A block and the trie nodes of the state after it.
pub(crate) struct MadeBlock {
    pub(crate) block: SealedBlock,
    pub(crate) nodes: BackendTransaction<BlakeTwo256>,
}

/// Why no block came about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the inherents' data does not encode: {0}")]
    InherentData(String),
    #[error("an inherent is refused: {0:?}")]
    Inherent(TransactionValidityError),
    #[error("an inherent fails: {0:?}")]
    InherentFails(sp_runtime::DispatchError),
    #[error("state {0}")]
    State(String),
    #[error("the state root is {found:?}, the header says {expected:?}")]
    StateRoot { expected: Hash, found: Hash },
    #[error("the header after running the block differs from the one before")]
    Header,
}

/// What became of a transaction that was offered to a block.
pub(crate) enum Applied {
    /// It is in the block, whether its call succeeded or not.
    Included,
    /// It does not fit into what is left of the block.
    Full,
    /// It can not be in this block.
    Refused(TransactionValidityError),
}

/// A block that is being made.
pub(crate) struct BlockBuilder<'a> {
    state: &'a StateBackend,
    overlay: Overlay,
    body: Vec<Vec<u8>>,
}

impl<'a> BlockBuilder<'a> {
    /// Begins a block on `parent`, whose state is `state`, and puts the inherents in.
    pub(crate) fn new(
        parent: &SealedBlock,
        state: &'a StateBackend,
        clock: Clock,
    ) -> Result<Self, AuthorError> {
        let mut overlay = Overlay::default();
        let header = Header::new(
            parent.header.number + 1,
            Hash::default(),
            Hash::default(),
            parent.hash,
            state.runtime.digest(clock),
        );
        let _mode: ExtrinsicInclusionMode = call(state, &mut overlay, "Core_initialize_block", &header)?;
        let mut builder = Self { state, overlay, body: Vec::new() };
        builder.add_inherents(&parent.header, clock)?;
        Ok(builder)
    }

    fn add_inherents(&mut self, parent: &Header, clock: Clock) -> Result<(), AuthorError> {
        let data = self.state.runtime.inherent_data(parent, clock);
        let data = data.map_err(|error| AuthorError::InherentData(error.to_string()))?;
        // Each is encoded with its length before it, so its bytes are enough.
        let inherents: Vec<OpaqueExtrinsic> =
            call(self.state, &mut self.overlay, "BlockBuilder_inherent_extrinsics", &data)?;
        for inherent in inherents {
            match self.apply_raw(inherent.encode())? {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(AuthorError::InherentFails(error)),
                Err(error) => return Err(AuthorError::Inherent(error)),
            }
        }
        Ok(())
    }

    /// Puts a transaction in if it can be; leaves everything as it was if not.
    pub(crate) fn apply(&mut self, extrinsic: Vec<u8>) -> Applied {
        match self.apply_raw(extrinsic) {
            Ok(Ok(_)) => Applied::Included,
            Ok(Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources))) => {
                Applied::Full
            }
            Ok(Err(error)) => Applied::Refused(error),
            Err(error) => {
                tracing::error!(%error, "a transaction made the runtime panic and is dropped");
                Applied::Refused(InvalidTransaction::Call.into())
            }
        }
    }

    /// The runtime's own answer to a transaction.
    pub(crate) fn apply_raw(&mut self, extrinsic: Vec<u8>) -> Result<ApplyExtrinsicResult, CallError> {
        self.overlay.start_transaction();
        let answer = call_raw(self.state, &mut self.overlay, "BlockBuilder_apply_extrinsic", &extrinsic)
            .and_then(|answer| {
                ApplyExtrinsicResult::decode(&mut &answer[..]).map_err(|source| CallError::Answer {
                    function: "BlockBuilder_apply_extrinsic".into(),
                    source,
                })
            });
        // Both only fail when no transaction is open, and one is.
        if matches!(answer, Ok(Ok(_))) {
            let _ = self.overlay.commit_transaction();
            self.body.push(extrinsic);
        } else {
            let _ = self.overlay.rollback_transaction();
        }
        answer
    }

    /// Closes the block.
    pub(crate) fn seal(mut self) -> Result<MadeBlock, AuthorError> {
        let header: Header = call(self.state, &mut self.overlay, "BlockBuilder_finalize_block", &())?;
        let nodes = nodes_after(self.state, &mut self.overlay, &header)?;
        let block = SealedBlock { hash: header.hash(), header, body: self.body };
        Ok(MadeBlock { block, nodes })
    }
}

/// Runs a block again on the state that it was made on; an error if anything comes out differently.
pub(crate) fn run_block(state: &StateBackend, block: SealedBlock) -> Result<MadeBlock, AuthorError> {
    let mut overlay = Overlay::default();
    // A block encodes as its header and its extrinsics, each of which carries its own length.
    let mut encoded = block.header.encode();
    codec::Compact(u64::try_from(block.body.len()).unwrap_or(u64::MAX)).encode_to(&mut encoded);
    block.body.iter().for_each(|extrinsic| encoded.extend_from_slice(extrinsic));
    call_raw(state, &mut overlay, "Core_execute_block", &encoded)?;
    let nodes = nodes_after(state, &mut overlay, &block.header)?;
    if block.header.hash() != block.hash {
        return Err(AuthorError::Header);
    }
    Ok(MadeBlock { block, nodes })
}

fn nodes_after(
    state: &StateBackend,
    overlay: &mut Overlay,
    header: &Header,
) -> Result<BackendTransaction<BlakeTwo256>, AuthorError> {
    let changes = overlay
        .drain_storage_changes(&**state, STATE_VERSION)
        .map_err(|error| AuthorError::State(error.to_string()))?;
    let found = changes.transaction_storage_root;
    if found != header.state_root {
        return Err(AuthorError::StateRoot { expected: header.state_root, found });
    }
    Ok(changes.transaction)
}
