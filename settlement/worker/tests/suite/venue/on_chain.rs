//! What others do on chain, and what stands there.

use super::{Venue, account, key, until};
use coretime_types::{AccountId, Region};
use std::collections::BTreeMap;
use subxt::{
    OnlineClient, SubstrateConfig,
    client::OnlineClientAtBlock,
    config::RpcConfigFor,
    dynamic::{self, Value},
    utils::AccountId32,
};
use subxt_rpcs::{RpcClient, methods::legacy::LegacyRpcMethods};
use subxt_signer::sr25519::Keypair;

/// A call of somebody who is no client of ours.
pub(crate) async fn call(venue: &Venue, who: &str, pallet: &str, name: &str, fields: Vec<Value>) {
    let call = dynamic::tx(pallet, name, fields);
    let progress =
        venue.newest().await.tx().sign_and_submit_then_watch_default(&call, &key(who)).await.unwrap();
    progress.wait_for_finalized_success().await.unwrap();
}

/// A remark with an event, as any account can make.
pub(crate) async fn remark_as(url: &str, who: &Keypair, text: &[u8]) {
    let call = dynamic::tx("System", "remark_with_event", vec![Value::from_bytes(text)]);
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await.unwrap();
    let at = client.at_current_block().await.unwrap();
    let progress = at.tx().sign_and_submit_then_watch_default(&call, who).await.unwrap();
    progress.wait_for_finalized_success().await.unwrap();
}

/// Tries to remark; another transaction of the account may come first.
pub(crate) async fn remark(url: &str, who: &Keypair, text: &[u8]) {
    let call = dynamic::tx("System", "remark_with_event", vec![Value::from_bytes(text)]);
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await.unwrap();
    let at = client.at_current_block().await.unwrap();
    // Refused if the nonce is taken already.
    let _ = at.tx().sign_and_submit_default(&call, who).await;
}

/// As above, and nobody waits for it: finality may stand still.
pub(crate) async fn submit(venue: &Venue, who: &str, pallet: &str, name: &str, fields: Vec<Value>) {
    let call = dynamic::tx(pallet, name, fields);
    venue.newest().await.tx().sign_and_submit_default(&call, &key(who)).await.unwrap();
}

/// What only sudo can do.
pub(crate) async fn sudo(venue: &Venue, pallet: &str, inner: Value) {
    call(venue, "Alice", "Sudo", "sudo", vec![Value::unnamed_variant(pallet, [inner])]).await;
}

/// Sets what the chain keeps at a key.
pub(crate) async fn set_storage(venue: &Venue, key: &[u8], value: &[u8]) {
    sudo(venue, "System", setting(key, value)).await;
}

/// `System.set_storage` of one value.
pub(crate) fn setting(key: &[u8], value: &[u8]) -> Value {
    let item = Value::unnamed_composite([Value::from_bytes(key), Value::from_bytes(value)]);
    Value::named_variant("set_storage", [("items", Value::unnamed_composite([item]))])
}

impl Venue {
    async fn newest(&self) -> OnlineClientAtBlock<SubstrateConfig> {
        let client =
            OnlineClient::<SubstrateConfig>::from_insecure_url(&self.config.chain_url).await.unwrap();
        client.at_current_block().await.unwrap()
    }

    /// Where the chain keeps a value.
    pub(crate) async fn storage_key(&self, pallet: &str, entry: &str) -> Vec<u8> {
        let at = self.newest().await;
        let address = dynamic::storage::<(), Value>(pallet, entry);
        at.storage().entry(address).unwrap().key_prefix().to_vec()
    }

    /// How many entries a map of the chain has.
    pub(crate) async fn entries(&self, pallet: &str, entry: &str) -> usize {
        let at = self.newest().await;
        let address = dynamic::storage::<(Value,), Value>(pallet, entry);
        let mut entries = at.storage().iter(address, ()).await.unwrap();
        let mut count = 0;
        while let Some(found) = entries.next().await {
            found.unwrap();
            count += 1;
        }
        count
    }

    /// The version of the runtime that is at work.
    pub(crate) async fn spec_version(&self) -> u32 {
        self.newest().await.spec_version()
    }

    /// By which numbers calls of these pallets begin.
    pub(crate) async fn call_indices(&self, pallets: &[&str]) -> Vec<u8> {
        let metadata = self.newest().await.metadata();
        pallets.iter().map(|pallet| metadata.pallet_by_name(pallet).unwrap().call_index()).collect()
    }

    /// Has the newest batch given to the node and included in a block that is not final, and then that block given up.
    /// Finality stands still before and after.
    pub(crate) async fn fork_off_a_batch(&mut self) {
        // What waits is sent when settlement begins, though no new block is final.
        self.stop_worker().await;
        self.start_worker().await;
        let rpc = RpcClient::from_insecure_url(&self.config.chain_url).await.unwrap();
        let rpc = LegacyRpcMethods::<RpcConfigFor<SubstrateConfig>>::new(rpc);
        let signer = AccountId32(self.config.signer.account().0);
        let before = self.newest().await.tx().account_nonce(&signer).await.unwrap();
        until("the node has the batch", || async {
            rpc.system_account_next_index(&signer).await.unwrap() > before
        })
        .await;
        self.chain().new_block().await.unwrap();
        assert!(self.chain().reorganise().await.unwrap() > 0);
        assert_eq!(rpc.system_account_next_index(&signer).await.unwrap(), before, "it never happened");
    }

    /// A remark of `real`, made by its proxy.
    pub(crate) async fn remark_through_proxy(&self, proxy: &str, real: &str, text: &[u8]) {
        let remark = Value::named_variant("remark_with_event", [("remark", Value::from_bytes(text))]);
        let fields = vec![
            Value::unnamed_variant("Id", [Value::from_bytes(account(real).0)]),
            Value::unnamed_variant("None", []),
            Value::unnamed_variant("System", [remark]),
        ];
        call(self, proxy, "Proxy", "proxy", fields).await;
    }

    /// Where the chain keeps a region's record.
    pub(crate) async fn region_key(&self, region: Region) -> Vec<u8> {
        let at = self.newest().await;
        let address = dynamic::storage::<(Value,), Value>("Broker", "Regions");
        let mut entries = at.storage().iter(address, ()).await.unwrap();
        let id = region.id();
        let end = [&id.begin.0.to_le_bytes()[..], &id.core.0.to_le_bytes(), &id.mask.to_bytes()].concat();
        while let Some(found) = entries.next().await {
            let key = found.unwrap().key_bytes().to_vec();
            if key.ends_with(&end) {
                return key;
            }
        }
        panic!("{region} is not on chain")
    }

    /// What the broker says is committed, at the newest block.
    pub(crate) async fn last_committed(&self) -> u32 {
        #[derive(subxt::ext::scale_decode::DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        struct Status {
            last_committed_timeslice: u32,
        }
        let at = self.newest().await;
        let address = dynamic::storage::<(), Status>("Broker", "Status");
        let value = at.storage().try_fetch(address, ()).await.unwrap().unwrap();
        value.decode().unwrap().last_committed_timeslice
    }

    /// Where the chain keeps what a region's time is planned for, and what it contributes to the pool.
    pub(crate) async fn encumbrance_keys(&self, region: Region) -> Vec<Vec<u8>> {
        let at = self.newest().await;
        let mut keys = Vec::new();
        for entry in ["Workplan", "InstaPoolContribution"] {
            let address = dynamic::storage::<(Value,), Value>("Broker", entry);
            let mut entries = at.storage().iter(address, ()).await.unwrap();
            while let Some(found) = entries.next().await {
                let key = found.unwrap().key_bytes().to_vec();
                // Both end in the core and more; the tests have one core's region.
                keys.push(key);
            }
        }
        assert!(!keys.is_empty(), "{region} is clean");
        keys
    }

    /// All regions on chain and who owns them; nobody those that have left by XCM.
    pub(crate) async fn owners(&self) -> BTreeMap<Region, Option<AccountId>> {
        let regions = self.wallet.regions().await.unwrap();
        regions.into_iter().map(|found| (found.region, found.owner)).collect()
    }

    /// Who owns exactly this region on chain.
    pub(crate) async fn owner(&self, region: Region) -> Option<AccountId> {
        self.owners().await.get(&region).copied().flatten()
    }
}
