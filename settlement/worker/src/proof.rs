//! Proof of reserves: everybody's liabilities as a tree, bound to the block at which ledger and chain were compared.

use crate::{
    Reconciler, Report, SettlementError,
    chain::{Chain, USUAL_NODE_TIMEOUT},
};
use coretime_market::Market;
use coretime_reserves::{Hash, Liability, Salt, Statement, Tree};
use coretime_types::{AccountId, Call, PartTimeslices, Planck, Region};

/// What the venue owes and has, with what is needed to give everybody his branch.
pub struct ReservesProof {
    /// What is published.
    pub statement: Statement,
    /// Gives each account its branch.
    pub tree: Tree,
    /// What custody has at that block, and whether ledger and chain agree.
    pub report: Report,
}

impl Reconciler {
    /// Compares ledger and chain, and makes the tree of all liabilities at that block. `salt` is a secret of the venue's,
    /// a new one each time.
    ///
    /// # Errors
    /// When the chain cannot be read, the engine has stopped, no block has been read yet, or the sums do not fit.
    pub async fn prove(&self, salt: &Salt) -> Result<ReservesProof, SettlementError> {
        // The ledger is at least here.
        let position = self.ledger.0.durable_position();
        let chain = Chain::connect(&self.chain_url, USUAL_NODE_TIMEOUT).await?;
        let (report, liabilities) = self.compare_with(&chain, liabilities).await?;
        let tree = Tree::new(liabilities, salt)
            .map_err(|error| SettlementError::Configuration(error.to_string()))?;
        let mut block_hash = [0; 32];
        let text = report.block_hash.strip_prefix("0x").unwrap_or(&report.block_hash);
        hex::decode_to_slice(text, &mut block_hash)
            .map_err(|_| SettlementError::Configuration(format!("{text} is not a block's hash")))?;
        let statement = tree.state(Statement {
            genesis: Hash(chain.genesis_hash()),
            custody: Hash(self.custody.0),
            block: report.block.0,
            block_hash: Hash(block_hash),
            sequence: position.sequence.0,
            chain_hash: Hash(position.chain_hash.0),
            ..Statement::default()
        });
        Ok(ReservesProof { statement, tree, report })
    }
}

/// What everybody is owed, payments and deliveries under way included; of core time what can still be sold.
fn liabilities(market: &Market) -> Vec<Liability> {
    let now = market.tradable_from();
    let funds =
        |account: AccountId, funds: Planck| Liability { account, funds, core_time: PartTimeslices(0) };
    let core_time = |account: AccountId, region: &Region| {
        let left = u128::from(region.effective_duration(now).0) * u128::from(region.mask.parts().0);
        Liability { account, funds: Planck::ZERO, core_time: PartTimeslices(left) }
    };
    let balances = market
        .accounts()
        .flat_map(|(account, balance)| [funds(account, balance.free), funds(account, balance.held)]);
    let regions = market.holdings().map(|(account, piece)| core_time(account, &piece.region));
    let under_way = market.instructions().map(|one| match one.call {
        Call::Pay { amount, .. } => funds(one.account, amount),
        Call::Transfer { region, .. } | Call::Assign { region, .. } => core_time(one.account, &region),
    });
    balances.chain(regions).chain(under_way).collect()
}
