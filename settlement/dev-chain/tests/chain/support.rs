//! A chain under test and a client of it.

use std::fmt::Debug;

use codec::Decode;
use coretime_dev_chain::{Config, DevChain, Profile};
use pallet_broker::{CoreMask, RegionId};
use serde_json::{Value as Json, json};
use subxt::{
    OnlineClient, SubstrateConfig,
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{self, Value},
    transactions::{DynamicPayload, SubmittableTransaction, TransactionProgress, TransactionStatus},
    utils::H256,
};
use subxt_rpcs::{RpcClient, client::RpcParams};
use subxt_signer::sr25519::Keypair;

pub(crate) type Client = OnlineClient<SubstrateConfig>;
pub(crate) type AtBlock = subxt::client::OnlineClientAtBlock<SubstrateConfig>;
pub(crate) type Call = DynamicPayload<Vec<Value>>;
type Connection = subxt::client::OnlineClientAtBlockImpl<SubstrateConfig>;
pub(crate) type Progress = TransactionProgress<SubstrateConfig, Connection>;

/// An event's name and fields, the fields encoded.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) fields: Vec<u8>,
}

/// A chain under test and a client of it.
pub(crate) struct Tester {
    pub(crate) chain: DevChain,
    pub(crate) client: Client,
    pub(crate) rpc: RpcClient,
}

impl Tester {
    /// A chain that seals on demand.
    pub(crate) async fn start(profile: Profile) -> Self {
        Self::with(Config::new(profile)).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let chain = DevChain::start(config).await.expect("starts");
        let url = chain.ws_url().expect("serves");
        let rpc = RpcClient::from_insecure_url(&url).await.expect("connects");
        let client = Client::from_rpc_client(rpc.clone()).await.expect("is a client");
        assert_eq!(client.genesis_hash().0, chain.genesis_hash());
        Self { chain, client, rpc }
    }

    /// Asks the node something.
    pub(crate) async fn ask(&self, method: &str, params: Json) -> Result<Json, subxt_rpcs::Error> {
        let mut built = RpcParams::new();
        for param in params.as_array().expect("parameters are a list") {
            built.push(param).expect("encodes");
        }
        self.rpc.request(method, built).await
    }

    /// Seals a block.
    pub(crate) async fn seal(&self) -> H256 {
        H256(self.chain.new_block().await.expect("seals"))
    }

    /// A client at the best block.
    pub(crate) async fn best(&self) -> AtBlock {
        let hash = self.ask("chain_getBlockHash", json!([])).await.expect("has a best block");
        let hash: H256 = serde_json::from_value(hash).expect("a hash");
        self.client.at_block(hash).await.expect("knows it")
    }

    /// A signed transaction; without a nonce the account's next one.
    pub(crate) async fn sign(
        &self,
        call: &Call,
        signer: &Keypair,
        nonce: Option<u64>,
        tip: u128,
    ) -> SubmittableTransaction<SubstrateConfig, Connection> {
        let mut params = DefaultExtrinsicParamsBuilder::new().tip(tip);
        if let Some(nonce) = nonce {
            params = params.nonce(nonce);
        }
        let at = self.best().await;
        at.transactions().create_signed(call, signer, params.build()).await.expect("signs")
    }

    /// Submits a call and seals it into a block. Gives its events, or why it failed.
    pub(crate) async fn send(&self, call: &Call, signer: &Keypair) -> Result<Vec<Event>, String> {
        let tx = self.sign(call, signer, None, 0).await;
        let mut progress = tx.submit_and_watch().await.map_err(text)?;
        self.seal().await;
        while let Some(status) = progress.next().await {
            match status.map_err(text)? {
                TransactionStatus::InBestBlock(block) => {
                    let events = block.wait_for_success().await.map_err(text)?;
                    let events = events.iter().map(|event| event.expect("decodes"));
                    return Ok(events
                        .map(|event| Event {
                            name: format!("{}.{}", event.pallet_name(), event.event_name()),
                            fields: event.field_bytes().to_vec(),
                        })
                        .collect());
                }
                TransactionStatus::Validated => {}
                other => return Err(format!("{other:?}")),
            }
        }
        Err("the statuses end before a block".into())
    }

    /// Buys a core and gives its region.
    pub(crate) async fn buy(&self, buyer: &Keypair) -> RegionId {
        let limit = Value::u128(u128::from(u64::MAX));
        let events = self.send(&call("Broker", "purchase", vec![limit]), buyer).await;
        let purchased = field_of(&events.expect("buys"), "Broker.Purchased");
        // After the buyer's account.
        RegionId::decode(&mut &purchased[32..]).expect("a region")
    }

    /// The owner and end of a region, if there is one.
    pub(crate) async fn region(&self, id: RegionId) -> Option<([u8; 32], u32)> {
        let key = pallet_broker::Regions::<coretime_dev_runtime::Runtime>::hashed_key_for(id);
        let value = self.storage(&key).await?;
        let record = pallet_broker::RegionRecord::<[u8; 32], u128>::decode(&mut &value[..]);
        record.ok().and_then(|record| Some((record.owner?, record.end)))
    }

    /// The best block's value at a key.
    pub(crate) async fn storage(&self, key: &[u8]) -> Option<Vec<u8>> {
        let key = format!("0x{}", hex::encode(key));
        let value = self.ask("state_getStorage", json!([key])).await.expect("reads");
        let value = value.as_str()?.strip_prefix("0x").expect("is hex");
        Some(hex::decode(value).expect("is hex"))
    }

    /// An account's free balance in the best block.
    pub(crate) async fn free(&self, account: &Keypair) -> u128 {
        type Accounts = frame_system::Account<coretime_dev_runtime::Runtime>;
        let account = coretime_dev_runtime::AccountId::from(account.public_key().0);
        let value = self.storage(&Accounts::hashed_key_for(account)).await.unwrap_or_default();
        // Nonce, consumers, providers and sufficients stand before it.
        value.get(16..32).map_or(0, |bytes| u128::decode(&mut &bytes[..]).expect("a balance"))
    }
}

/// A call with its arguments in order.
pub(crate) fn call(pallet: &str, name: &str, arguments: Vec<Value>) -> Call {
    dynamic::transaction(pallet, name, arguments)
}

/// A call as an argument of another.
pub(crate) fn inner(call: Call) -> Value {
    let arguments = call.call_data().iter().cloned();
    let call_of_pallet = Value::unnamed_variant(call.call_name(), arguments);
    Value::unnamed_variant(call.pallet_name(), [call_of_pallet])
}

pub(crate) fn transfer(to: &Keypair, planck: u128) -> Call {
    call("Balances", "transfer_keep_alive", vec![address(to), Value::u128(planck)])
}

pub(crate) fn address(account: &Keypair) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.public_key().0)])
}

pub(crate) fn account(account: &Keypair) -> Value {
    Value::from_bytes(account.public_key().0)
}

pub(crate) fn region(id: RegionId) -> Value {
    Value::named_composite([
        ("begin", Value::u128(id.begin.into())),
        ("core", Value::u128(id.core.into())),
        ("mask", mask(id.mask)),
    ])
}

pub(crate) fn mask(mask: CoreMask) -> Value {
    Value::unnamed_composite([Value::from_bytes(codec::Encode::encode(&mask))])
}

pub(crate) fn assign_final(id: RegionId, task: u32) -> Call {
    let finality = Value::unnamed_variant("Final", []);
    call("Broker", "assign", vec![region(id), Value::u128(task.into()), finality])
}

/// The fields of the only event of this name.
pub(crate) fn field_of(events: &[Event], name: &str) -> Vec<u8> {
    let mut named = events.iter().filter(|event| event.name == name);
    let found = named.next().unwrap_or_else(|| panic!("no {name} in {events:?}"));
    assert!(named.next().is_none(), "one {name}");
    found.fields.clone()
}

pub(crate) fn text(error: impl Debug) -> String {
    format!("{error:?}")
}
