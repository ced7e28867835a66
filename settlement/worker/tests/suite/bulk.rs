//! A thousand fills, settled while worker, engine and connection die at random, and the same fills left alone: each is
//! delivered once, and a table says what it took. `SETTLEMENT_SEED` and `SETTLEMENT_FILLS` give other and longer runs.

use crate::{
    crashes::ends,
    faults::from_environment,
    proxy::BadLine,
    venue::{ChainUnderTest, Venue, account},
};
use coretime_audit::{Receipts, Verified};
use coretime_chain_audit::{ChainCheck, Compared};
use coretime_market::Market;
use coretime_types::{Command, Delivery, Event, InstructionEnd, Planck, Region, TaskId};
use std::{collections::BTreeSet, time::Duration};

const CHAIN: ChainUnderTest = ChainUnderTest::Kusama;
const CORES: u32 = 10;
/// Fills between two faults, and fills for each payment.
const FILLS_A_TURN: u32 = 50;
const FILLS_A_PAYMENT: u32 = 20;
const PAYMENT_PLANCK: u128 = 100_000_000;

/// The fills that are to be settled.
struct Bulk {
    cores: Vec<Region>,
    fills: u32,
    bought: u32,
    transferred: Vec<Region>,
    assigned: Vec<(Region, TaskId)>,
    payments: u32,
    signer_before: Planck,
    bob_before: Planck,
}

/// What settling them took.
struct Effort {
    /// Batches in the log, whatever became of them.
    recorded: usize,
    carried_out: usize,
    blocks: usize,
    fees: Planck,
}

impl Bulk {
    /// Cores on offer, money to buy with, and nothing bought yet.
    async fn prepare(fills: u32) -> (Venue, Bulk) {
        // An auditor reads all blocks in the end.
        let mut venue = Venue::prepare_with(CHAIN, |config| config.is_archive = true).await;
        // Blocks come every 100 ms here: a batch must outlive its own making on a slow machine.
        venue.config.mortality_blocks = 512;
        // A line that is cut at a bad moment goes dead without a word.
        venue.config.node_timeout = Duration::from_secs(10);
        venue.start_worker().await;
        venue.deposit_funds("Bob", 100 * CHAIN.unit_planck()).await;
        let mut cores = Vec::new();
        for _ in 0..CORES {
            let core = venue.deposit_core("Alice").await;
            venue.offer("Alice", core, true).await;
            cores.push(core);
        }
        venue.stop_worker().await;
        let signer_before = venue.wallet.balance(account("Settlement")).await.unwrap();
        let bob_before = venue.wallet.balance(account("Bob")).await.unwrap();
        let bulk = Bulk {
            cores,
            fills,
            bought: 0,
            transferred: Vec::new(),
            assigned: Vec::new(),
            payments: 0,
            signer_before,
            bob_before,
        };
        (venue, bulk)
    }

    fn is_bought(&self) -> bool {
        self.bought == self.fills
    }

    async fn buy(&mut self, venue: &mut Venue, count: u32) {
        for _ in 0..count.min(self.fills - self.bought) {
            let begin = self.cores[0].begin.0 + self.bought / CORES * 40;
            let parts = if self.bought % 7 == 3 { 40 } else { 80 };
            let task = TaskId(2_000 + self.bought);
            let delivery = if self.bought % 5 == 2 { Delivery::Assign(task) } else { Delivery::Transfer };
            let (region, _) = venue.buy("Bob", begin, begin + 20, parts, delivery).await;
            match delivery {
                Delivery::Assign(task) => self.assigned.push((region, task)),
                _ => self.transferred.push(region),
            }
            self.bought += 1;
            if self.bought.is_multiple_of(FILLS_A_PAYMENT) {
                venue.withdraw_funds("Bob", PAYMENT_PLANCK).await;
                self.payments += 1;
            }
        }
    }

    fn instructions(&self) -> usize {
        self.transferred.len() + self.assigned.len() + self.payments as usize
    }

    /// No plan has fewer calls: a region's bounds inside its core are cut once each, its share once, and then it is
    /// delivered.
    fn fewest_calls(&self) -> usize {
        let delivered = self.transferred.iter().chain(self.assigned.iter().map(|(region, _)| region));
        let calls = delivered.map(|region| {
            let core = self.cores.iter().find(|core| core.core == region.core).unwrap();
            let cuts =
                [region.begin > core.begin, region.end < core.end, region.mask.parts() < core.mask.parts()];
            1 + cuts.into_iter().filter(|is_cut| *is_cut).count()
        });
        calls.sum::<usize>() + self.payments as usize
    }

    /// Each region is where it belongs, each payment was made once, and ledger and chain agree.
    async fn check(&self, venue: &Venue) {
        venue.assert_agrees().await;
        let on_chain = venue.owners().await;
        for region in &self.transferred {
            assert_eq!(on_chain.get(region), Some(&Some(account("Bob"))), "{region}");
        }
        let bobs = on_chain.values().filter(|owner| **owner == Some(account("Bob"))).count();
        assert_eq!(bobs, self.transferred.len(), "nothing else");
        for (region, task) in &self.assigned {
            let planned = venue.wallet.workplan(region.begin, region.core).await.unwrap();
            assert!(planned.contains(&(region.mask, *task)), "{region}");
            assert_eq!(on_chain.get(region), None, "{region}");
        }
        let bob_after = venue.wallet.balance(account("Bob")).await.unwrap();
        assert_eq!(bob_after.0 - self.bob_before.0, u128::from(self.payments) * PAYMENT_PLANCK, "each once");
        let ends = ends(venue).await;
        assert_eq!(ends.len(), self.instructions());
        assert!(ends.values().all(|ends| ends[..] == [InstructionEnd::Confirmed]));
    }

    async fn effort(&self, venue: &Venue) -> Effort {
        let (mut recorded, mut extrinsics, mut reported) = (0, BTreeSet::new(), 0);
        for (command, events) in venue.commands().await {
            match command {
                Command::SettlementSubmitted(_) => recorded += 1,
                // A report that is repeated after a crash is rejected.
                Command::SettlementConfirmed(confirmed)
                    if matches!(events[..], [Event::InstructionEnded { .. }]) =>
                {
                    extrinsics.insert((confirmed.block, confirmed.extrinsic_index));
                    reported += confirmed.chain_fee.0;
                }
                _ => {}
            }
        }
        let signer_after = venue.wallet.balance(account("Settlement")).await.unwrap();
        let fees = Planck(self.signer_before.0 - signer_after.0);
        assert!(fees.0 >= reported, "nothing is reported that was not paid: {fees}, {reported}");
        let blocks = extrinsics.iter().map(|(block, _)| block).collect::<BTreeSet<_>>().len();
        Effort { recorded, carried_out: extrinsics.len(), blocks, fees }
    }
}

/// The same fills, with all of them waiting when settlement begins and nothing in its way.
async fn undisturbed(fills: u32) -> Effort {
    let (mut venue, mut bulk) = Bulk::prepare(fills).await;
    bulk.buy(&mut venue, fills).await;
    venue.start_worker().await;
    venue.until_settled().await;
    bulk.check(&venue).await;
    let effort = bulk.effort(&venue).await;
    venue.stop_worker().await;
    effort
}

/// What `coretime-exchange verify --chain` does, on the log and the node of this venue. Both stand still.
async fn verify_with_chain(venue: &Venue) -> (Verified, Compared) {
    let log = coretime_log::log_folder(venue.folder.path());
    let url = venue.config.chain_url.clone();
    tokio::task::spawn_blocking(move || {
        let mut check = ChainCheck::default();
        let verified = coretime_audit::verify(&log, &[], &Receipts::default(), &mut check, |_| {}).unwrap();
        let compared = check.finish(&url, None, &log, &[], |_| {});
        (verified, tokio::runtime::Handle::current().block_on(compared).unwrap())
    })
    .await
    .unwrap()
}

/// How many instructions have not ended, and how many of them are in a batch.
async fn progress(venue: &Venue) -> (usize, usize) {
    let question = |market: &Market| {
        let in_batch = market.instructions().filter(|one| one.submission.is_some()).count();
        (market.instructions().count(), in_batch)
    };
    venue.query(question).await
}

/// Who died how often.
#[derive(Default)]
struct Deaths {
    connections: u32,
    workers: u32,
    engines: u32,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_fills_settle_though_worker_and_connection_die_at_random() {
    let seed = from_environment("SETTLEMENT_SEED", 1);
    let fills = u32::try_from(from_environment("SETTLEMENT_FILLS", 1_000)).unwrap();
    println!("seed {seed}");
    let alone = undisturbed(fills).await;
    let (mut venue, mut bulk) = Bulk::prepare(fills).await;
    let direct = venue.config.chain_url.clone();
    // A connection begins with the chain's metadata, half a megabyte of it.
    let line = BadLine::to(&direct, seed, 16 << 20).await;
    venue.config.chain_url = line.url();

    let mut deaths = Deaths::default();
    let mut is_running = false;
    loop {
        // All of it while some of it is settled already.
        bulk.buy(&mut venue, FILLS_A_TURN).await;
        if !is_running {
            venue.start_worker_patiently().await;
            is_running = true;
        }
        // It dies of what has happened, not of time: on a slow machine as often as on a fast one. Now and then before
        // anything has.
        if line.below(4) > 0 {
            let before = progress(&venue).await;
            let is_further = async || {
                let now = progress(&venue).await;
                now != before || now == (0, 0)
            };
            // What it waits for is told before the wait is given up.
            for tries in 0.. {
                if is_further().await {
                    break;
                }
                assert!(tries < 3_000, "{before:?}: {:?}", venue.status());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(line.below(300))).await;
        if bulk.is_bought() && venue.query(|market| market.instructions().next().is_none()).await {
            break;
        }
        match line.below(4) {
            0 | 1 => {
                line.cut();
                deaths.connections += 1;
            }
            2 => {
                venue.kill_worker().await;
                is_running = false;
                deaths.workers += 1;
            }
            _ => {
                venue.kill_worker().await;
                venue.restart_engine().await;
                is_running = false;
                deaths.engines += 1;
            }
        }
    }
    venue.kill_worker().await;
    venue.config.chain_url = direct;
    venue.start_worker().await;
    bulk.check(&venue).await;
    let died = bulk.effort(&venue).await;
    let Deaths { connections, workers, engines } = deaths;
    assert!(connections + workers + engines >= fills / FILLS_A_TURN - 1);

    let batches = bulk
        .fewest_calls()
        .div_ceil(venue.config.max_calls)
        .max(bulk.instructions().div_ceil(venue.config.max_legs));
    let blocks = batches.div_ceil(venue.config.max_in_flight);
    println!("{connections} connections cut, {workers} workers killed, {engines} with their engine");
    println!(
        "| {fills} fills, {} payments | dying at random | left alone | fewest possible |",
        bulk.payments
    );
    println!("| --- | --- | --- | --- |");
    println!("| batches recorded | {} | {} | {batches} |", died.recorded, alone.recorded);
    println!("| batches carried out | {} | {} | {batches} |", died.carried_out, alone.carried_out);
    println!("| blocks with a batch | {} | {} | {blocks} |", died.blocks, alone.blocks);
    println!("| chain fees, planck | {} | {} | |", died.fees, alone.fees);
    venue.stop_worker().await;
    venue.stop_engine().await;
    let (verified, compared) = verify_with_chain(&venue).await;
    assert_eq!(verified.trades, u64::from(fills));
    assert_eq!(compared.instructions, bulk.instructions() as u64);
    assert_eq!(compared.deposits, u64::from(CORES) + 1);
    assert_eq!((compared.anchors, compared.later_anchors), (died.carried_out as u64, 0));
    let Compared { blocks, deposits, instructions, anchors, .. } = compared;
    println!(
        "verified with the chain: {} commands, {blocks} blocks, {deposits} deposits, {instructions} instructions, \
         {anchors} anchors",
        verified.position.sequence
    );
}
