//! Logs to be audited.

use coretime_log::{Options, Position, Reader, log_folder, recover};
use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, ChainReference, ClientOrderId, Command, CoreIndex, CoreMask,
    Delivery, Event, Parts, Planck, Region, SelfTrade, Sequence, TimeInForce, Timeslice, Timeslices,
    UnitPrice, Window,
};
use tempfile::TempDir;

const WINDOW: Window = Window { begin: Timeslice(10), end: Timeslice(20) };

/// Cores are deposited and offered, then bought one after the other.
pub(crate) fn commands(cores: u16) -> Vec<Command> {
    let reference = |event: u16| ChainReference { block: BlockNumber(1), event: event.into() };
    let (seller, buyer) = (AccountId([1; 32]), AccountId([2; 32]));
    let mut all = vec![Command::DepositFunds {
        account: buyer,
        amount: Planck(1_000_000_000),
        reference: reference(0),
    }];
    for core in 1..=cores {
        let region =
            Region { core: CoreIndex(core), begin: WINDOW.begin, end: WINDOW.end, mask: CoreMask::FULL };
        let reference = reference(core);
        all.push(Command::DepositRegion { account: seller, region, renewable: false, reference });
        all.push(Command::PlaceAsk(Ask {
            account: seller,
            client_order_id: ClientOrderId(core.into()),
            unit_price: UnitPrice(100),
            region: region.id(),
            lot_parts: Parts(80),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        }));
    }
    for name in 0..cores {
        all.push(Command::PlaceBid(Bid {
            account: buyer,
            terms: BidTerms {
                client_order_id: ClientOrderId(name.into()),
                unit_price: UnitPrice(100),
                parts: Parts(80),
                lot_parts: Parts(80),
                within: WINDOW,
                duration: Timeslices(10),
                require_renewable: false,
                delivery: Delivery::Custody,
                self_trade: SelfTrade::CancelTaker,
            },
            time_in_force: TimeInForce::ImmediateOrCancel,
            post_only: false,
            expire_at: None,
        }));
    }
    all
}

/// A log of these commands, in groups of seven, with what `events` makes of what came of them; and every receipt.
pub(crate) fn logged(
    commands: &[Command],
    events: impl Fn(usize, &mut Vec<Event>),
) -> (TempDir, Vec<Position>) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 4_000, preallocate_bytes: 1_000 };
    let (mut writer, _) = recover(folder.path(), options, |_, _| {}).unwrap();
    let (mut market, mut told, mut receipts) = (Market::new(), Vec::new(), Vec::new());
    for (index, command) in commands.iter().enumerate() {
        told.clear();
        market.apply(command, &mut told);
        events(index, &mut told);
        writer.append(1, command, &told).unwrap();
        if index % 7 == 6 {
            writer.sync().unwrap();
        }
    }
    writer.sync().unwrap();
    drop(writer);
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(1)).unwrap();
    while let Some(record) = reader.next_record().unwrap() {
        receipts.push(Position { sequence: record.sequence, chain_hash: record.chain_hash });
    }
    (folder, receipts)
}
