//! A small story (deposits, fills, deliveries, a withdrawal), told again for each call that settlement makes on the
//! node: once with the connection cut before the call gets there, once with its answer lost. Whatever the call was,
//! the story ends as it should.

use crate::{
    call_proxy::{CallLine, Cut, Plan},
    crashes::ends,
    venue::{ChainUnderTest, Venue, account, key, until},
};
use coretime_types::{Delivery, InstructionEnd, Planck, Region, TaskId};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

const CHAIN: ChainUnderTest = ChainUnderTest::Kusama;
/// Chains on which the story is told at the same time.
const CHAINS: usize = 8;
const AMOUNT_PLANCK: u128 = 1_000_000_000;
const TASK: TaskId = TaskId(2_000);

/// A chain on which the story is told again and again.
struct Stage {
    venue: Venue,
    line: CallLine,
    direct: String,
    core: Region,
    /// The region that was delivered last.
    delivered: Option<Region>,
    tellings: u32,
    charlie_before: Planck,
}

impl Stage {
    async fn prepare() -> Stage {
        let mut venue = Venue::open(CHAIN).await;
        let core = venue.deposit_core("Alice").await;
        venue.offer("Alice", core, true).await;
        venue.deposit_funds("Bob", CHAIN.unit_planck()).await;
        venue.deposit_funds("Charlie", CHAIN.unit_planck()).await;
        venue.stop_worker().await;
        let direct = venue.config.chain_url.clone();
        let line = CallLine::to(&direct).await;
        let charlie_before = venue.wallet.balance(account("Charlie")).await.unwrap();
        Stage { venue, line, direct, core, delivered: None, tellings: 0, charlie_before }
    }

    /// Tells the story with the line cut at a call. Whether it was: blocks come when they come, and a story may have a
    /// few calls less than another.
    async fn tell(&mut self, plan: Option<Plan>) -> bool {
        let Stage { venue, line, .. } = self;
        let dave_before = venue.free("Dave").await;
        // What was delivered last comes back, and money comes.
        let returned = self.delivered.take();
        let region = async {
            if let Some(region) = returned {
                venue.wallet.transfer_region(&key("Bob"), region.id(), venue.config.custody).await.unwrap();
            }
        };
        let (dave, custody) = (key("Dave"), venue.config.custody);
        let funds = venue.wallet.transfer_funds(&dave, custody, Planck(AMOUNT_PLANCK));
        let ((), paid) = tokio::join!(region, funds);
        paid.unwrap();
        let begin = self.core.begin.0 + self.tellings * 40;
        let (delivered, _) = venue.buy("Bob", begin, begin + 10, 40, Delivery::Transfer).await;
        let (assigned, _) = venue.buy("Bob", begin + 20, begin + 30, 80, Delivery::Assign(TASK)).await;
        venue.withdraw_funds("Charlie", AMOUNT_PLANCK).await;
        self.tellings += 1;

        line.plan(plan.clone());
        venue.config.chain_url = line.url();
        venue.start_worker_patiently().await;
        until("the story has ended", || async {
            let (bob, dave) = (account("Bob"), account("Dave"));
            venue
                .query(move |market| {
                    let is_back = |region| market.free_regions_of(bob).any(|free| free.region == region);
                    market.instructions().next().is_none()
                        && market.funds(dave).free > dave_before
                        && returned.is_none_or(is_back)
                })
                .await
        })
        .await;
        venue.stop_worker().await;
        venue.config.chain_url.clone_from(&self.direct);

        let was_cut = self.line.was_cut();
        let place = format!("{plan:?}, {was_cut}");
        let venue = &self.venue;
        assert_eq!(venue.free("Dave").await.0 - dave_before.0, AMOUNT_PLANCK, "credited once: {place}");
        let owners = venue.owners().await;
        assert_eq!(owners.get(&delivered), Some(&Some(account("Bob"))), "{place}");
        let bobs = owners.values().filter(|owner| **owner == Some(account("Bob"))).count();
        assert_eq!(bobs, 1, "nothing else: {place}");
        assert_eq!(owners.get(&assigned), None, "{place}");
        let planned = venue.wallet.workplan(assigned.begin, assigned.core).await.unwrap();
        assert!(planned.contains(&(assigned.mask, TASK)), "{place}");
        let charlie = venue.wallet.balance(account("Charlie")).await.unwrap();
        let paid = u128::from(self.tellings) * AMOUNT_PLANCK;
        assert_eq!(charlie.0 - self.charlie_before.0, paid, "each payment once: {place}");
        self.delivered = Some(delivered);
        was_cut
    }

    /// All stories together.
    async fn check(&self) {
        self.venue.assert_agrees().await;
        let ends = ends(&self.venue).await;
        assert_eq!(ends.len(), 3 * self.tellings as usize);
        assert!(ends.values().all(|ends| ends[..] == [InstructionEnd::Confirmed]));
    }
}

/// Tells the story for the next plan until there are no more; gives those at which the line was cut.
async fn tell_all(mut stage: Stage, plans: Arc<Mutex<VecDeque<Plan>>>) -> Vec<Plan> {
    let mut cut = Vec::new();
    loop {
        let Some(plan) = plans.lock().unwrap().pop_front() else { break };
        let was_cut = stage.tell(Some(plan.clone())).await;
        // The last word of a story, which is over whether it is answered or not.
        let is_awaited = !plan.method.starts_with("chain_unsubscribe");
        assert!(was_cut || plan.number > 1 || !is_awaited, "every story has this call: {plan:?}");
        if was_cut {
            cut.push(plan);
        }
    }
    stage.check().await;
    cut
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_at_every_call_delivers_once() {
    let mut first = Stage::prepare().await;
    first.tell(None).await;
    let counts = first.line.counts();
    let mut plans = VecDeque::new();
    for (method, count) in &counts {
        for number in 1..=*count {
            for cut in [Cut::BeforeTheCall, Cut::BeforeTheAnswer] {
                plans.push_back(Plan { method: method.clone(), number, cut });
            }
        }
    }
    let plans = Arc::new(Mutex::new(plans));
    let mut stages = vec![tokio::spawn(tell_all(first, plans.clone()))];
    for _ in 1..CHAINS {
        stages.push(tokio::spawn(tell_all(Stage::prepare().await, plans.clone())));
    }
    let mut by_method: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for stage in stages {
        for Plan { method, cut, .. } in stage.await.unwrap() {
            by_method.entry(method).or_default()[usize::from(cut == Cut::BeforeTheAnswer)] += 1;
        }
    }
    println!("| call | in a story | cut before it | its answer lost |");
    println!("| --- | --- | --- | --- |");
    for (method, count) in &counts {
        let [before, after] = by_method.get(method).copied().unwrap_or_default();
        println!("| {method} | {count} | {before} | {after} |");
    }
    let [before, after] = [0, 1].map(|cut| by_method.values().map(|counts| counts[cut]).sum::<u32>());
    println!("| all | {} | {before} | {after} |", counts.values().sum::<u32>());
    assert!(counts.contains_key("author_submitExtrinsic"), "{counts:?}");
}
