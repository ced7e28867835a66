//! Faults between settlement and the chain, in bulk and by a seed. Whatever happens, each instruction is carried out
//! once. `SETTLEMENT_SEED` and `SETTLEMENT_FILLS` give other and longer runs.

use crate::{
    crashes::ends,
    proxy::BadLine,
    venue::{ChainUnderTest, Venue, account, call, until},
};
use coretime_types::{AccountId, Command, Delivery, InstructionEnd, Planck, Region, TaskId};
use std::{collections::BTreeMap, time::Duration};
use subxt::dynamic::Value;

fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What settlement did, from the log: batches that were recorded, the blocks in which any was carried out, and the fees
/// of those.
async fn effort(venue: &Venue) -> (usize, Vec<u64>, u128) {
    let (mut recorded, mut blocks, mut fees) = (0, Vec::new(), 0);
    for (command, _) in venue.commands().await {
        match command {
            Command::SettlementSubmitted(_) => recorded += 1,
            Command::SettlementConfirmed(confirmed) => {
                blocks.push(confirmed.block.0);
                fees += confirmed.chain_fee.0;
            }
            _ => {}
        }
    }
    (recorded, blocks, fees)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_fills_settle_though_worker_and_connection_die_at_random() {
    let seed = from_environment("SETTLEMENT_SEED", 1);
    let fills = u32::try_from(from_environment("SETTLEMENT_FILLS", 1_000)).unwrap();
    const CORES: u32 = 10;
    let chain = ChainUnderTest::Kusama;
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 16;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let mut cores = Vec::new();
    for _ in 0..CORES {
        let core = venue.deposit_core("Alice").await;
        venue.offer("Alice", core, true).await;
        cores.push(core);
    }
    venue.stop_worker().await;
    let direct = venue.config.chain_url.clone();
    // A connection begins with the chain's metadata, half a megabyte of it.
    let line = BadLine::to(&direct, seed, 16 << 20).await;
    venue.config.chain_url = line.url();
    let signer = account("Settlement");
    let signer_before = venue.wallet.balance(signer).await.unwrap();
    let bob_before = venue.wallet.balance(account("Bob")).await.unwrap();

    let (mut transferred, mut assigned, mut paid): (Vec<Region>, Vec<(Region, TaskId)>, u128) =
        (Vec::new(), Vec::new(), 0);
    let (mut bought, mut kills, mut cuts, mut restarts) = (0, 0, 0, 0);
    let mut running = false;
    loop {
        // All of it while some of it is settled already.
        for _ in 0..50.min(fills - bought) {
            let begin = cores[0].begin.0 + bought / CORES * 40;
            let parts = if bought % 7 == 3 { 40 } else { 80 };
            let task = TaskId(2_000 + bought);
            let delivery = if bought % 5 == 2 { Delivery::Assign(task) } else { Delivery::Transfer };
            let (region, _) = venue.buy("Bob", begin, begin + 20, parts, delivery).await;
            match delivery {
                Delivery::Assign(task) => assigned.push((region, task)),
                _ => transferred.push(region),
            }
            bought += 1;
            if bought % 20 == 0 {
                venue.withdraw_funds("Bob", 100_000_000).await;
                paid += 100_000_000;
            }
        }
        if !running {
            venue.start_worker_patiently().await;
            running = true;
        }
        tokio::time::sleep(Duration::from_millis(100 + line.below(900))).await;
        let is_over = bought == fills && venue.query(|market| market.instructions().next().is_none()).await;
        if is_over {
            break;
        }
        match line.below(6) {
            0 | 1 => {
                line.cut();
                cuts += 1;
            }
            2 => {
                venue.kill_worker().await;
                (running, kills) = (false, kills + 1);
            }
            3 => {
                venue.kill_worker().await;
                venue.restart_engine().await;
                (running, restarts) = (false, restarts + 1);
            }
            _ => {}
        }
    }
    if running {
        venue.kill_worker().await;
    }
    venue.config.chain_url = direct;
    venue.start_worker().await;
    venue.assert_agrees().await;

    let on_chain: BTreeMap<Region, Option<AccountId>> =
        venue.wallet.regions().await.unwrap().into_iter().map(|found| (found.region, found.owner)).collect();
    for region in &transferred {
        assert_eq!(on_chain.get(region), Some(&Some(account("Bob"))), "{region}, seed {seed}");
    }
    let bobs = on_chain.values().filter(|owner| **owner == Some(account("Bob"))).count();
    assert_eq!(bobs, transferred.len(), "nothing else, seed {seed}");
    for (region, task) in &assigned {
        let planned = venue.wallet.workplan(region.begin, region.core).await.unwrap();
        assert!(planned.contains(&(region.mask, *task)), "{region}, seed {seed}");
        assert_eq!(on_chain.get(region), None, "{region}, seed {seed}");
    }
    let bob_after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(bob_after.0 - bob_before.0, paid, "each payment once, seed {seed}");
    let ends = ends(&venue).await;
    let instructions = transferred.len() + assigned.len() + bought as usize / 20;
    assert_eq!(ends.len(), instructions);
    assert!(ends.values().all(|ends| ends[..] == [InstructionEnd::Confirmed]), "seed {seed}");

    let (recorded, blocks, fees) = effort(&venue).await;
    let signer_after = venue.wallet.balance(signer).await.unwrap();
    let spent = signer_before.0 - signer_after.0;
    let distinct = blocks.iter().collect::<std::collections::BTreeSet<_>>().len();
    let fewest = instructions.div_ceil(venue.config.max_legs);
    println!(
        "seed {seed}: {kills} workers killed, {restarts} with the engine, {cuts} connections cut besides"
    );
    println!("| | took | fewest possible |");
    println!("| --- | --- | --- |");
    println!("| fills delivered, payments | {} and {} | |", transferred.len() + assigned.len(), bought / 20);
    println!("| batches recorded | {recorded} | {fewest} |");
    println!("| blocks with a batch | {distinct} | {fewest} |");
    println!("| fees, planck | {spent} | {fees} in batches that were carried out |");
    assert!(spent >= fees, "nothing is reported that was not paid");
    venue.stop_worker().await;
}

pub(crate) async fn a_connection_that_is_cut_again_and_again_delivers_once(chain: ChainUnderTest) {
    let seed = from_environment("SETTLEMENT_SEED", 1);
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 16;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.stop_worker().await;
    let direct = venue.config.chain_url.clone();
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    // Metadata is 200 kB to a megabyte in hex: some connections never get beyond it.
    let line = BadLine::to(&direct, seed, 4 << 20).await;
    venue.config.chain_url = line.url();
    venue.start_worker_patiently().await;
    for _ in 0..10 {
        venue.withdraw_funds("Bob", 1_000_000_000).await;
        tokio::time::sleep(Duration::from_millis(line.below(300))).await;
        line.cut();
    }
    venue.until_settled().await;
    venue.stop_worker().await;
    venue.config.chain_url = direct;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 10_000_000_000, "each payment once, seed {seed}");
    venue.assert_agrees().await;
}

pub(crate) async fn a_chain_halted_for_an_hour_delivers_when_it_goes_on(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.offer("Alice", core, true).await;
    let begin = core.begin.0;
    venue.chain().set_finalization(false).await.unwrap();
    let (slice, _) = venue.buy("Bob", begin + 50, begin + 90, 80, Delivery::Transfer).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    // An hour is seven timeslices and a half, and more blocks than an era has.
    venue.chain().advance_timeslices(8).await.unwrap();
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn fees_that_spike_hold_up_what_the_signer_cannot_pay_and_lose_nothing(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let signer = account("Settlement");
    let id = Value::unnamed_variant("Id", [Value::from_bytes(signer.0)]);
    let all = venue.wallet.balance(signer).await.unwrap().0;
    let poor = |free: u128| {
        let fields = [("who", id.clone()), ("new_free", Value::u128(free))];
        let set = Value::named_variant("force_set_balance", fields);
        vec![Value::unnamed_variant("Balances", [set])]
    };
    // Fees beyond what it has, from where the signer stands.
    call(&venue, "Alice", "Sudo", "sudo", poor(chain.existential_deposit_planck())).await;
    until("the alarm comes first", || async { venue.status().signer_low }).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    until("a batch is recorded and not taken", || async {
        !venue.status().in_flight.is_empty() && venue.status().last_error.is_some()
    })
    .await;
    call(&venue, "Alice", "Sudo", "sudo", poor(all)).await;
    venue.until_settled().await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_old_state_is_refused_and_no_block_is_skipped() {
    let mut venue = Venue::open(ChainUnderTest::Kusama).await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    venue.stop_worker().await;
    let read = venue.last_block().await;
    // A deposit in a block whose state the node has discarded by the time that settlement comes back.
    let amount = Planck(1_000_000_000);
    venue.wallet.transfer_funds(&crate::venue::key("Bob"), venue.config.custody, amount).await.unwrap();
    venue.chain().advance_timeslices(1_100).await.unwrap();
    let refused = coretime_settlement::Settlement::connect(venue.config.clone(), venue.engine.clone()).await;
    let error = refused.err().map(|error| format!("{error:?}")).unwrap_or_default();
    assert!(error.contains("discarded"), "{error}");
    assert_eq!(venue.last_block().await, read);
    assert_eq!(venue.free("Bob").await, Planck(5_000_000_000));
}
