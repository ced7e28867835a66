//! What reaches custody without an owner, and who acts for accounts that cannot log in: from the chain through settlement
//! to the gateway.

use crate::exchange::{Exchange, key, wait_until};
use coretime_proto::v1::{
    self as pb, auth_service_client::AuthServiceClient, operator_service_client::OperatorServiceClient,
    order_service_client::OrderServiceClient, unattributed::What,
};
use coretime_types::{AccountId, Planck};
use subxt::{
    OnlineClient, SubstrateConfig,
    dynamic::{self, Value},
};
use tonic::{Code, Request, Status, transport::Channel};

fn account(name: &str) -> AccountId {
    AccountId(key(name).public_key().0)
}

fn id(account: AccountId) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.0)])
}

async fn call(exchange: &Exchange, who: &str, pallet: &str, name: &str, fields: Vec<Value>) {
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(&exchange.chain).await.unwrap();
    let call = dynamic::tx(pallet, name, fields);
    let at = client.at_current_block().await.unwrap();
    let sent = at.tx().sign_and_submit_then_watch_default(&call, &key(who)).await.unwrap();
    sent.wait_for_finalized_success().await.unwrap();
}

/// Funds appear in custody without a sender, as by an XCM teleport.
async fn appear(exchange: &Exchange, amount: u128) {
    let custody = exchange.wallet().await.balance(exchange.custody).await.unwrap().0;
    let set = Value::named_variant(
        "force_set_balance",
        [("who", id(exchange.custody)), ("new_free", Value::u128(custody + amount))],
    );
    call(exchange, "Alice", "Sudo", "sudo", vec![Value::unnamed_variant("Balances", [set])]).await;
}

/// A remark of Ferdie's that Dave makes for him: as a multisig's or a pure proxy's members do.
async fn remark(exchange: &Exchange, text: &str) {
    let remark = Value::named_variant("remark_with_event", [("remark", Value::from_bytes(text))]);
    let fields = vec![
        id(account("Ferdie")),
        Value::unnamed_variant("None", []),
        Value::unnamed_variant("System", [remark]),
    ];
    call(exchange, "Dave", "Proxy", "proxy", fields).await;
}

/// Opens a session for an account with the signature of a key.
async fn log_in(
    channel: &Channel,
    account: AccountId,
    signer: &str,
) -> Result<pb::CreateSessionResponse, Status> {
    let mut auth = AuthServiceClient::new(channel.clone());
    let asked = pb::CreateChallengeRequest { account: account.to_string() };
    let challenge = auth.create_challenge(asked).await?.into_inner().challenge;
    let signed = pb::CreateSessionRequest {
        account: account.to_string(),
        signature: key(signer).sign(challenge.as_bytes()).0.to_vec(),
        challenge,
        scheme: pb::SignatureScheme::Sr25519.into(),
        signer: AccountId(key(signer).public_key().0).to_string(),
    };
    Ok(auth.create_session(signed).await?.into_inner())
}

fn with<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

fn funds(planck: u128) -> Option<pb::Unattributed> {
    Some(pb::Unattributed { what: Some(What::FundsPlanck(planck.to_string())) })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_credits_and_returns_what_came_without_a_sender() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    let channel = exchange.channel().await;
    let operator = log_in(&channel, account("Operator"), "Operator").await.unwrap().session_token;
    let mut calls = OperatorServiceClient::new(channel.clone());
    appear(&exchange, 5_000_000_000).await;
    wait_until("it is counted", async || {
        let list = calls.list_unattributed(with(&operator, pb::ListUnattributedRequest {})).await;
        list.unwrap().into_inner().funds_planck == "5000000000"
    })
    .await;

    let credit = |planck, account: AccountId| pb::CreditUnattributedRequest {
        unattributed: funds(planck),
        account: account.to_string(),
    };
    let trader = log_in(&channel, account("Eve"), "Eve").await.unwrap().session_token;
    let refused = calls.credit_unattributed(with(&trader, credit(1, account("Eve")))).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let too_much = calls.credit_unattributed(with(&operator, credit(5_000_000_001, account("Eve")))).await;
    assert_eq!(too_much.unwrap_err().code(), Code::NotFound);
    let nothing = pb::CreditUnattributedRequest { unattributed: None, account: account("Eve").to_string() };
    let refused = calls.credit_unattributed(with(&operator, nothing)).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Code::InvalidArgument, "unattributed.what is missing"));
    let credited = calls.credit_unattributed(with(&operator, credit(3_000_000_000, account("Eve")))).await;
    let credited = credited.unwrap().into_inner().receipt.unwrap();
    let mut eve = exchange.log_in("Eve").await;
    assert_eq!(eve.funds().await.unwrap().0, Planck(3_000_000_000));

    // What goes back pays for its way.
    let wallet = exchange.wallet().await;
    let before = wallet.balance(account("Bob")).await.unwrap();
    let give_back = pb::ReturnUnattributedRequest {
        unattributed: funds(2_000_000_000),
        account: account("Bob").to_string(),
    };
    let returned = calls.return_unattributed(with(&operator, give_back)).await.unwrap().into_inner();
    assert!(returned.receipt.unwrap().sequence > credited.sequence);
    wait_until("it is back", async || wallet.balance(account("Bob")).await.unwrap() > before).await;
    let after = wallet.balance(account("Bob")).await.unwrap();
    assert!((1..2_000_000_000).contains(&(after.0 - before.0)), "the withdrawal fee is taken from it");
    wait_until("nothing is left", async || {
        let list = calls.list_unattributed(with(&operator, pb::ListUnattributedRequest {})).await;
        list.unwrap().into_inner().funds_planck == "0"
    })
    .await;

    // It is kept who did it, with the place in the log.
    let journal = std::fs::read_to_string(data.path().join("access").join("journal")).unwrap();
    for rpc in ["CreditUnattributed", "ReturnUnattributed"] {
        let lines = journal.lines().filter(|line| line.contains(&format!("\"rpc\":\"{rpc}\"")));
        assert_eq!(lines.count(), 1, "{rpc}: what was refused is not there");
    }
    assert!(journal.contains(&format!("\"sequence\":{}", credited.sequence)));
    exchange.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_an_account_authorises_on_chain_trades_for_it_until_it_is_revoked() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    let wallet = exchange.wallet().await;
    let channel = exchange.channel().await;
    wallet.add_proxy(&key("Ferdie"), account("Dave")).await.unwrap();
    let ferdie = account("Ferdie");
    let refused = log_in(&channel, ferdie, "Bot").await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "not authorised yet");

    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(&exchange.chain).await.unwrap();
    let genesis = format!("0x{}", hex::encode(client.genesis_hash().0));
    let (custody, bot) = (exchange.custody, account("Bot"));
    remark(
        &exchange,
        &format!("coretime-exchange v1 authorise {genesis} {custody} {bot} read,trade 4000000000"),
    )
    .await;
    let mut token = String::new();
    wait_until("the key opens a session", async || match log_in(&channel, ferdie, "Bot").await {
        Ok(session) => {
            assert_eq!(session.account, ferdie.to_string());
            token = session.session_token;
            true
        }
        Err(_) => false,
    })
    .await;
    let mut orders = OrderServiceClient::new(channel.clone());
    let list = || pb::ListOrdersRequest::default();
    orders.list_orders(with(&token, list())).await.unwrap();
    let mut accounts = pb::account_service_client::AccountServiceClient::new(channel.clone());
    let withdraw = || pb::WithdrawFundsRequest { amount_planck: "5".into(), ..Default::default() };
    let denied = accounts.withdraw_funds(with(&token, withdraw())).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied, "not within its scopes");
    let mut auth = AuthServiceClient::new(channel.clone());
    let denied = auth.list_api_keys(with(&token, pb::ListApiKeysRequest {})).await.unwrap_err();
    assert_eq!(denied.code(), Code::PermissionDenied, "it is not the owner");
    let refused = log_in(&channel, account("Dave"), "Bot").await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "for nobody else");

    // It is kept over a restart, and so is that it was revoked.
    exchange.kill();
    let exchange = Exchange::start(data.path());
    let channel = exchange.channel().await;
    let token = log_in(&channel, ferdie, "Bot").await.unwrap().session_token;
    remark(&exchange, &format!("coretime-exchange v1 revoke {genesis} {custody} {bot}")).await;
    let mut orders = OrderServiceClient::new(channel.clone());
    wait_until("its session has ended", async || {
        let listed = orders.list_orders(with(&token, list())).await;
        listed.is_err_and(|status| status.code() == Code::Unauthenticated)
    })
    .await;
    assert!(log_in(&channel, ferdie, "Bot").await.is_err());
    exchange.kill();
}
