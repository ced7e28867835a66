//! What traders do: deposit, offer, buy, withdraw.

use super::{Venue, account, key, until};
use coretime_types::{
    Ask, Bid, BidTerms, ClientOrderId, Command, Delivery, Event, InstructionNumber, Parts, Planck, Region,
    SelfTrade, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};

impl Venue {
    /// Buys a core and deposits it.
    pub(crate) async fn deposit_core(&self, who: &str) -> Region {
        let region = self.wallet.purchase(&key(who)).await.unwrap();
        self.wallet.transfer_region(&key(who), region.id(), self.config.custody).await.unwrap();
        until("the core is credited", || async {
            self.query(move |market| market.free_regions().any(|free| free.region == region)).await
        })
        .await;
        region
    }

    /// Alice's core, for sale in any part and for any time, and Bob with money to buy of it.
    pub(crate) async fn core_on_offer(&mut self) -> Region {
        let core = self.deposit_core("Alice").await;
        self.deposit_funds("Bob", 100 * self.kind.unit_planck()).await;
        self.offer("Alice", core, true).await;
        core
    }

    /// Bob buys so many slices of a core on offer, to be delivered, with time between them; the slices.
    pub(crate) async fn buy_slices_of(&mut self, core: Region, count: u32) -> Vec<Region> {
        let mut bought = Vec::new();
        for slot in 0..count {
            let begin = core.begin.0 + slot * 50;
            bought.push(self.buy("Bob", begin, begin + 20, 80, Delivery::Transfer).await.0);
        }
        bought
    }

    pub(crate) async fn deposit_funds(&self, who: &str, amount: u128) {
        let before = self.free(who).await;
        self.wallet.transfer_funds(&key(who), self.config.custody, Planck(amount)).await.unwrap();
        until("the funds are credited", || async { self.free(who).await > before }).await;
    }

    pub(crate) async fn free(&self, who: &str) -> Planck {
        let who = account(who);
        self.query(move |market| market.funds(who).free).await
    }

    /// Offers a whole region at one planck, in any part and for any time.
    pub(crate) async fn offer(&mut self, who: &str, region: Region, interlacing: bool) {
        self.next_order += 1;
        let receipt = self
            .tell(Command::PlaceAsk(Ask {
                account: account(who),
                client_order_id: ClientOrderId(self.next_order),
                unit_price: UnitPrice(1),
                region: region.id(),
                lot_parts: if interlacing && self.kind.allows_interlace() {
                    Parts(1)
                } else {
                    region.mask.parts()
                },
                min_timeslices: Timeslices(1),
                time_in_force: TimeInForce::GoodTillCancelled,
                post_only: false,
                expire_at: None,
                self_trade: SelfTrade::default(),
            }))
            .await;
        assert!(matches!(receipt.events[..], [Event::Accepted { .. }]), "{:?}", receipt.events);
    }

    /// Buys at one planck; returns what was bought and the instruction to deliver it.
    pub(crate) async fn buy(
        &mut self,
        who: &str,
        begin: u32,
        end: u32,
        parts: u32,
        delivery: Delivery,
    ) -> (Region, Option<InstructionNumber>) {
        self.next_order += 1;
        let within = Window { begin: Timeslice(begin), end: Timeslice(end) };
        let terms = BidTerms {
            client_order_id: ClientOrderId(self.next_order),
            unit_price: UnitPrice(1),
            parts: Parts(parts),
            lot_parts: Parts(parts),
            within,
            duration: within.duration(),
            require_renewable: false,
            delivery,
            self_trade: SelfTrade::default(),
        };
        let receipt = self
            .tell(Command::PlaceBid(Bid {
                account: account(who),
                terms,
                time_in_force: TimeInForce::FillOrKill,
                post_only: false,
                expire_at: None,
            }))
            .await;
        let bought = receipt.events.iter().find_map(|event| match event {
            Event::Trade(trade) => Some(trade.region),
            _ => None,
        });
        let instruction = receipt.events.iter().find_map(|event| match event {
            Event::Instruction { number, .. } => Some(*number),
            _ => None,
        });
        (bought.unwrap_or_else(|| panic!("{:?}", receipt.events)), instruction)
    }

    pub(crate) async fn withdraw_funds(&self, who: &str, amount: u128) -> InstructionNumber {
        let command =
            Command::WithdrawFunds { account: account(who), amount: Planck(amount), request_id: None };
        let receipt = self.tell(command).await;
        match receipt.events[..] {
            [Event::Instruction { number, .. }, ..] => number,
            _ => panic!("{:?}", receipt.events),
        }
    }

    pub(crate) async fn until_settled(&self) {
        until("all instructions have ended", || async {
            self.query(|market| market.instructions().next().is_none()).await
        })
        .await;
    }
}
