//! The plan: from instructions and what stands on chain to the legs of one batch. Pure.

use coretime_carving::{CarveError, Custody, CustodyError, Cut, isolate};
use coretime_types::{
    AccountId, Call, CoreMask, InstructionNumber, Planck, Region, RegionId, TaskId, Timeslice, Timeslices,
};
use std::collections::BTreeSet;

/// One call of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlannedCall {
    /// The chain's pivot is an offset from the region's begin.
    Partition {
        region: RegionId,
        offset: Timeslices,
    },
    Interlace {
        region: RegionId,
        mask: CoreMask,
    },
    Transfer {
        region: RegionId,
        to: AccountId,
    },
    /// Final.
    Assign {
        region: RegionId,
        task: TaskId,
    },
    Pay {
        to: AccountId,
        amount: Planck,
    },
}

/// The calls of one instruction: cuts first, then what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) instruction: InstructionNumber,
    pub(crate) calls: Vec<PlannedCall>,
}

/// What a plan is made of.
#[derive(Clone, Debug)]
pub(crate) struct PlanInput {
    /// What is to be done, none of it in an extrinsic that can still be included.
    pub(crate) instructions: Vec<(InstructionNumber, Call)>,
    /// Those of them that wait for an operator: nothing is sent for them, but a window that is over is over.
    pub(crate) held: BTreeSet<InstructionNumber>,
    /// All regions of the ledger, those of instructions that have not ended included.
    pub(crate) kept: Vec<Region>,
    /// What custody owns on chain.
    pub(crate) custody: Custody,
    /// Roots that a batch under way touches: they are left alone until it is known what became of it.
    pub(crate) busy: BTreeSet<RegionId>,
    /// The last timeslice whose schedule is fixed.
    pub(crate) last_committed: Timeslice,
    /// What begins before this would lose some of its time, if it waited for another batch.
    pub(crate) urgent_until: Timeslice,
    pub(crate) existential_deposit: Planck,
    /// What custody can pay without falling below the existential deposit.
    pub(crate) spendable: Planck,
    /// Payees of less than the existential deposit that are on chain already.
    pub(crate) existing: BTreeSet<AccountId>,
    pub(crate) can_interlace: bool,
    pub(crate) max_legs: usize,
    pub(crate) max_calls: usize,
}

/// What to do with the instructions; those in no list wait for the next batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The batch.
    pub(crate) legs: Vec<Leg>,
    /// Cannot be done; nothing happened on chain.
    pub(crate) returned: Vec<(InstructionNumber, String)>,
    /// Cannot be done; the region is gone.
    pub(crate) lost: Vec<(InstructionNumber, String)>,
    /// Cannot be done now, and somebody should look at it: ledger and chain disagree, or money is short.
    pub(crate) stuck: Vec<(InstructionNumber, String)>,
}

/// Makes a plan, in the order of [`deadline`]s.
pub(crate) fn plan(mut input: PlanInput) -> Plan {
    let mut plan = Plan::default();
    let mut instructions = std::mem::take(&mut input.instructions);
    instructions.sort_by_key(|(number, call)| (deadline(call, &input), *number));
    let mut calls = 0;
    for (number, call) in instructions {
        if plan.legs.len() >= input.max_legs || calls >= input.max_calls {
            break;
        }
        let held = input.held.contains(&number);
        let outcome = match call {
            Call::Pay { .. } if held => Outcome::Waits,
            Call::Pay { to, amount } => pay(&mut input, to, amount),
            Call::Transfer { region, to } => {
                deliver(&mut input, &region, PlannedCall::Transfer { region: region.id(), to }, held)
            }
            Call::Assign { region, task } => {
                deliver(&mut input, &region, PlannedCall::Assign { region: region.id(), task }, held)
            }
        };
        match outcome {
            Outcome::Calls(planned) => {
                calls += planned.len();
                plan.legs.push(Leg { instruction: number, calls: planned });
            }
            Outcome::Waits => {}
            Outcome::Returned(reason) => plan.returned.push((number, reason)),
            Outcome::Lost(reason) => plan.lost.push((number, reason)),
            Outcome::Stuck(reason) => plan.stuck.push((number, reason)),
        }
    }
    plan
}

enum Outcome {
    Calls(Vec<PlannedCall>),
    Waits,
    Returned(String),
    Lost(String),
    Stuck(String),
}

/// When it must be under way, as something to sort by: what has begun loses time with every block, the one that is over
/// first before all others; then what would lose some if it waited; payments lose nothing but patience, and go before
/// what has time.
fn deadline(call: &Call, input: &PlanInput) -> (Timeslice, Timeslice) {
    match call {
        Call::Pay { .. } => (input.urgent_until.max(input.last_committed), Timeslice(0)),
        Call::Transfer { region, .. } | Call::Assign { region, .. } => {
            (region.begin.max(input.last_committed), region.end)
        }
    }
}

fn pay(input: &mut PlanInput, to: AccountId, amount: Planck) -> Outcome {
    if amount < input.existential_deposit && !input.existing.contains(&to) {
        return Outcome::Returned(format!(
            "the account is not on chain, and {amount} planck are below the existential deposit"
        ));
    }
    let Some(left) = input.spendable.checked_sub(amount) else {
        return Outcome::Stuck(format!("custody can spend only {} planck on chain", input.spendable));
    };
    input.spendable = left;
    input.existing.insert(to);
    Outcome::Calls(vec![PlannedCall::Pay { to, amount }])
}

fn deliver(input: &mut PlanInput, region: &Region, delivery: PlannedCall, held: bool) -> Outcome {
    let root = input.custody.root_of(region).copied();
    if root.is_some_and(|root| input.busy.contains(&root.region.id())) {
        return Outcome::Waits;
    }
    let next = input.last_committed.checked_add(Timeslices(1)).unwrap_or(input.last_committed);
    let over = region.begin.max(next) >= region.end;
    if held && !over {
        return Outcome::Waits;
    }
    let cuts = match isolate(&input.custody, &input.kept, region) {
        // Whoever likes drops regions that are over.
        Err(CarveError::NotInCustody(_)) if over => {
            return Outcome::Lost("its window was over, and it was dropped on chain".into());
        }
        Err(error) => return Outcome::Stuck(error.to_string()),
        // An assignment that comes too late succeeds on chain and drops the region.
        Ok(_) if over => return Outcome::Returned("its window is over".into()),
        Ok(cuts) => cuts,
    };
    if !input.can_interlace && cuts.iter().any(|cut| matches!(cut, Cut::Interlace { .. })) {
        return Outcome::Stuck("it must be interlaced, which the chain does not allow".into());
    }
    // Each instruction leaves the model as it will leave the chain, so that the next one plans on what is then there.
    // Tried out on its root alone first: a model that is half changed would be wrong.
    let mut alone = Custody::new(root);
    if let Err(error) = carry_out(&mut alone, &cuts, region) {
        return Outcome::Stuck(error.to_string());
    }
    if let Err(error) = carry_out(&mut input.custody, &cuts, region) {
        return Outcome::Stuck(error.to_string());
    }
    input.kept.retain(|kept| kept != region);
    Outcome::Calls(cuts.iter().map(planned_cut).chain([delivery]).collect())
}

fn carry_out(custody: &mut Custody, cuts: &[Cut], region: &Region) -> Result<(), CustodyError> {
    for cut in cuts {
        custody.apply(cut)?;
    }
    custody.remove(region).map(drop)
}

fn planned_cut(cut: &Cut) -> PlannedCall {
    match *cut {
        Cut::Partition { region, pivot } => {
            PlannedCall::Partition { region, offset: pivot.since(region.begin) }
        }
        Cut::Interlace { region, mask } => PlannedCall::Interlace { region, mask },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_carving::ChainRegion;
    use coretime_types::{CoreIndex, Parts};

    fn region(begin: u32, end: u32) -> Region {
        Region { core: CoreIndex(3), begin: Timeslice(begin), end: Timeslice(end), mask: CoreMask::FULL }
    }

    fn input(root: Region, kept: &[Region], instructions: &[Call]) -> PlanInput {
        PlanInput {
            instructions: (1..).map(InstructionNumber).zip(instructions.iter().copied()).collect(),
            held: BTreeSet::new(),
            kept: kept.to_vec(),
            custody: Custody::new([ChainRegion { region: root, renewable: true }]),
            busy: BTreeSet::new(),
            last_committed: Timeslice(10),
            urgent_until: Timeslice(15),
            existential_deposit: Planck(100),
            spendable: Planck(1_000),
            existing: BTreeSet::new(),
            can_interlace: true,
            max_legs: 100,
            max_calls: 200,
        }
    }

    fn account(number: u8) -> AccountId {
        AccountId([number; 32])
    }

    fn pay(to: u8, amount: u128) -> Call {
        Call::Pay { to: account(to), amount: Planck(amount) }
    }

    fn numbers(list: &[(InstructionNumber, String)]) -> Vec<u64> {
        list.iter().map(|(number, _)| number.0).collect()
    }

    #[test]
    fn a_slice_is_partitioned_out_by_offsets_and_assigned() {
        let root = region(20, 120);
        let wanted = region(50, 60);
        let kept = [region(20, 50), wanted, region(60, 120)];
        let plan = plan(input(root, &kept, &[Call::Assign { region: wanted, task: TaskId(2_000) }]));
        let calls = [
            PlannedCall::Partition { region: root.id(), offset: Timeslices(30) },
            PlannedCall::Partition { region: wanted.id(), offset: Timeslices(10) },
            PlannedCall::Assign { region: wanted.id(), task: TaskId(2_000) },
        ];
        let leg = Leg { instruction: InstructionNumber(1), calls: calls.to_vec() };
        assert_eq!(plan, Plan { legs: vec![leg], ..Plan::default() });
    }

    #[test]
    fn later_legs_plan_on_what_earlier_ones_leave() {
        let root = region(20, 120);
        let kept = [region(20, 50), region(50, 60), region(60, 120)];
        let to = account(1);
        let calls = kept.map(|region| Call::Transfer { region, to });
        let plan = plan(input(root, &kept, &calls));
        let per_leg: Vec<usize> = plan.legs.iter().map(|leg| leg.calls.len()).collect();
        assert_eq!(per_leg, [2, 2, 1], "two cuts for three regions");
    }

    #[test]
    fn what_is_over_is_returned_and_what_was_dropped_is_lost() {
        let over = region(5, 11);
        let last_moment = region(5, 12);
        let task = TaskId(1);
        for (wanted, returned) in [(over, true), (last_moment, false)] {
            let plan = plan(input(wanted, &[wanted], &[Call::Assign { region: wanted, task }]));
            assert_eq!(numbers(&plan.returned) == [1], returned, "{wanted}");
            assert_eq!(plan.legs.is_empty(), returned, "{wanted}");
        }
        let elsewhere = region(500, 600);
        let calls = [Call::Assign { region: over, task }, Call::Assign { region: last_moment, task }];
        let plan = plan(input(elsewhere, &[over, last_moment], &calls));
        assert_eq!((numbers(&plan.lost), numbers(&plan.stuck)), (vec![1], vec![2]));
    }

    #[test]
    fn what_is_held_waits_unless_its_window_is_over() {
        let root = region(20, 120);
        let (wanted, over) = (region(50, 60), region(5, 11));
        let task = TaskId(1);
        let calls = [Call::Assign { region: wanted, task }, pay(1, 500), Call::Assign { region: over, task }];
        let mut input = input(root, &[wanted, over], &calls);
        input.held = (1..=3).map(InstructionNumber).collect();
        let mut both = input.clone();
        both.custody = Custody::new([root, over].map(|region| ChainRegion { region, renewable: true }));
        let gone = plan(input.clone());
        assert_eq!((gone.legs.as_slice(), numbers(&gone.lost)), (&[][..], vec![3]));
        let there = plan(both);
        assert_eq!((there.legs.as_slice(), numbers(&there.returned)), (&[][..], vec![3]));
        input.held.clear();
        let sent: Vec<u64> = plan(input).legs.iter().map(|leg| leg.instruction.0).collect();
        assert_eq!(sent, [2, 1]);
    }

    #[test]
    fn nothing_is_paid_below_the_existential_deposit_to_nobody() {
        let root = region(20, 120);
        let calls = [pay(1, 99), pay(2, 99), pay(3, 100), pay(3, 1), pay(4, 900)];
        let mut input = input(root, &[root], &calls);
        input.existing.insert(account(2));
        let plan = plan(input);
        assert_eq!(numbers(&plan.returned), [1]);
        assert_eq!(numbers(&plan.stuck), [5], "custody keeps its own existential deposit");
        let paid: Vec<u64> = plan.legs.iter().map(|leg| leg.instruction.0).collect();
        assert_eq!(paid, [2, 3, 4], "the third brings the account into being for the fourth");
    }

    #[test]
    fn what_must_be_interlaced_waits_where_the_chain_forbids_it() {
        let root = region(20, 120);
        let low = Region { mask: CoreMask::FULL.lowest(Parts(40)), ..root };
        let high = Region { mask: CoreMask::FULL.without(low.mask), ..root };
        let mut input = input(root, &[low, high], &[Call::Transfer { region: low, to: account(1) }]);
        assert_eq!(plan(input.clone()).legs.len(), 1);
        input.can_interlace = false;
        let plan = plan(input);
        assert_eq!((plan.legs.len(), numbers(&plan.stuck)), (0, vec![1]));
    }

    #[test]
    fn the_urgent_come_first_and_the_rest_waits() {
        let root = region(5, 120);
        // 1 has time, 2 begins soon, 3 and 4 have begun already, and 4 ends sooner.
        let windows = [region(70, 120), region(14, 70), region(8, 14), region(5, 8)];
        let to = account(1);
        let mut calls: Vec<Call> =
            windows.iter().map(|region| Call::Transfer { region: *region, to }).collect();
        calls.push(pay(1, 500));
        let mut input = input(root, &windows, &calls);
        input.last_committed = Timeslice(5);
        let order = |input| plan(input).legs.iter().map(|leg| leg.instruction.0).collect::<Vec<u64>>();
        assert_eq!(order(input.clone()), [4, 3, 2, 5, 1]);
        input.urgent_until = Timeslice(9);
        assert_eq!(order(input.clone()), [4, 3, 5, 2, 1], "with less notice a payment goes before");
        input.max_legs = 2;
        assert_eq!(order(input), [4, 3]);
    }

    #[test]
    fn roots_that_are_under_way_are_left_alone() {
        let (one, other) = (region(20, 120), Region { core: CoreIndex(4), ..region(20, 120) });
        let windows = [region(20, 50), Region { core: CoreIndex(4), ..region(60, 80) }];
        let to = account(1);
        let calls = windows.map(|region| Call::Transfer { region, to });
        let mut input = input(one, &windows, &calls);
        input.custody = Custody::new([one, other].map(|region| ChainRegion { region, renewable: true }));
        input.busy.insert(one.id());
        let plan = plan(input);
        let order: Vec<u64> = plan.legs.iter().map(|leg| leg.instruction.0).collect();
        assert_eq!((order, plan.stuck.len()), (vec![2], 0));
    }
}
