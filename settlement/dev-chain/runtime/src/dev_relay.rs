//! The relay chain, as far as the broker sees it: a clock that blocks set, and a record of the schedules
//! that it was sent.

pub use pallet::*;

use codec::{Decode, Encode};
use pallet_broker::{CoreAssignment, PartsOf57600};
use scale_info::TypeInfo;

use crate::{Profile, Runtime};

/// The inherent's identifier; its data is the relay chain's block number (`u32`).
pub const INHERENT_IDENTIFIER: sp_inherents::InherentIdentifier = *b"devrelay";

/// How many entries of a core's schedule the relay chain takes in one message.
const MESSAGE_LIMIT: usize = 28;
/// The denominator of an entry's parts: a whole core.
const WHOLE_CORE: PartsOf57600 = 57_600;

/// A core's schedule as the relay chain got it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ScheduledCore {
    /// What will be scheduled, with its parts of 57,600; idle parts stand first.
    pub kept: Vec<(CoreAssignment, PartsOf57600)>,
    /// What did not fit and will not be scheduled although somebody paid for it.
    pub dropped: Vec<(CoreAssignment, PartsOf57600)>,
}

impl ScheduledCore {
    /// Cuts a sorted schedule as the fellowship's runtimes do: what fits one message goes through whole; of a
    /// longer one the first 27 entries that are not idle are kept and the rest of the core idles.
    pub fn cut(schedule: Vec<(CoreAssignment, PartsOf57600)>) -> Self {
        if schedule.len() <= MESSAGE_LIMIT {
            return Self { kept: schedule, dropped: Vec::new() };
        }
        let mut entries: Vec<_> =
            schedule.into_iter().filter(|(what, _)| *what != CoreAssignment::Idle).collect();
        let dropped = entries.split_off(entries.len().min(MESSAGE_LIMIT - 1));
        let busy: PartsOf57600 = entries.iter().map(|(_, parts)| *parts).sum();
        let mut kept = vec![(CoreAssignment::Idle, WHOLE_CORE.saturating_sub(busy))];
        kept.extend(entries);
        Self { kept, dropped }
    }
}

/// The profile of the chain that is being run.
pub fn profile() -> Profile {
    ChainProfile::<Runtime>::get()
}

/// Where storage keeps the relay chain's block number.
pub fn relay_block_number_key() -> [u8; 32] {
    RelayBlockNumber::<Runtime>::hashed_key()
}

#[frame_support::pallet]
pub mod pallet {
    use super::{INHERENT_IDENTIFIER, ScheduledCore};
    use crate::{Profile, TIMESLICE_PERIOD_RELAY_BLOCKS};
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use pallet_broker::{CoreIndex, Timeslice};
    use sp_inherents::{InherentData, InherentIdentifier, MakeFatalError};

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// The coretime chain that this one imitates.
    #[pallet::storage]
    pub type ChainProfile<T> = StorageValue<_, Profile, ValueQuery>;

    /// The relay chain's block number.
    #[pallet::storage]
    pub type RelayBlockNumber<T> = StorageValue<_, u32, ValueQuery>;

    /// Whether the block that is being built or run has set the clock.
    #[pallet::storage]
    pub type DidUpdate<T> = StorageValue<_, bool, ValueQuery>;

    /// The schedules sent to the relay chain, by core and by the timeslice at which they begin.
    #[pallet::storage]
    #[pallet::unbounded]
    pub type Scheduled<T> =
        StorageDoubleMap<_, Twox64Concat, CoreIndex, Twox64Concat, Timeslice, ScheduledCore, OptionQuery>;

    #[pallet::error]
    pub enum Error<T> {
        /// The relay chain's block number may not go back, nor skip a timeslice: the broker works off one
        /// timeslice a block.
        ClockOutOfStep,
        /// A block sets the clock once.
        AlreadySet,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        pub profile: Profile,
        pub relay_block_number: u32,
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            ChainProfile::<T>::put(self.profile);
            RelayBlockNumber::<T>::put(self.relay_block_number);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_finalize(_number: BlockNumberFor<T>) {
            assert!(DidUpdate::<T>::take(), "every block sets the relay chain's clock");
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the relay chain's block number. Inherent: once in every block, by nobody.
        #[pallet::call_index(0)]
        #[pallet::weight((T::DbWeight::get().reads_writes(2, 2), DispatchClass::Mandatory))]
        pub fn set_relay_block(origin: OriginFor<T>, relay_block: u32) -> DispatchResult {
            ensure_none(origin)?;
            ensure!(!DidUpdate::<T>::get(), Error::<T>::AlreadySet);
            let step = relay_block.checked_sub(RelayBlockNumber::<T>::get());
            ensure!(
                step.is_some_and(|blocks| blocks <= TIMESLICE_PERIOD_RELAY_BLOCKS),
                Error::<T>::ClockOutOfStep
            );
            RelayBlockNumber::<T>::put(relay_block);
            DidUpdate::<T>::put(true);
            Ok(())
        }
    }

    #[pallet::inherent]
    impl<T: Config> ProvideInherent for Pallet<T> {
        type Call = Call<T>;
        type Error = MakeFatalError<()>;
        const INHERENT_IDENTIFIER: InherentIdentifier = INHERENT_IDENTIFIER;

        fn create_inherent(data: &InherentData) -> Option<Self::Call> {
            let relay_block = data.get_data::<u32>(&INHERENT_IDENTIFIER).ok().flatten()?;
            Some(Call::set_relay_block { relay_block })
        }

        fn is_inherent(call: &Self::Call) -> bool {
            matches!(call, Call::set_relay_block { .. })
        }
    }

    impl<T: Config> sp_runtime::traits::BlockNumberProvider for Pallet<T> {
        type BlockNumber = u32;

        fn current_block_number() -> u32 {
            RelayBlockNumber::<T>::get()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tasks(count: u32) -> Vec<(CoreAssignment, PartsOf57600)> {
        (0..count).map(|task| (CoreAssignment::Task(task), 720)).collect()
    }

    #[test]
    fn twenty_eight_entries_are_all_kept() {
        assert_eq!(ScheduledCore::cut(tasks(28)), ScheduledCore { kept: tasks(28), dropped: vec![] });
    }

    #[test]
    fn of_more_the_first_twenty_seven_tasks_are_kept_and_the_rest_idles() {
        let mut schedule = vec![(CoreAssignment::Idle, 57_600 - 40 * 720)];
        schedule.extend(tasks(40));
        let cut = ScheduledCore::cut(schedule);
        assert_eq!(cut.kept[0], (CoreAssignment::Idle, 57_600 - 27 * 720));
        assert_eq!(cut.kept[1..], tasks(40)[..27]);
        assert_eq!(cut.dropped, tasks(40)[27..]);
    }
}
