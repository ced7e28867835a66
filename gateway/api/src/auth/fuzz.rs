//! Whatever comes as a challenge, a signature or a token: only what was given out opens anything.

use super::{
    AuthError,
    access::{AccessLayer, Credentials},
    challenge::Challenges,
    keys::Keys,
    session::{Caller, CallerKind, Sessions},
    signature::{Scheme, verify},
    unix_time_ms,
};
use crate::{config::GatewayConfig, venue_info::VenueInfo};
use coretime_fuzzing::{Campaign, Corpus};
use coretime_types::AccountId;
use ed25519_dalek::Signer;
use http::{HeaderValue, Request, header::AUTHORIZATION};
use std::{sync::Arc, time::Duration};

const ALICE: AccountId = AccountId([1; 32]);
const NOW_MS: u64 = 1_000_000;

#[test]
fn only_a_challenge_that_was_made_is_taken() {
    let venue = VenueInfo {
        genesis_hash: [7; 32],
        custody: AccountId([9; 32]),
        token_symbol: "DOT".into(),
        token_decimals: 10,
        ss58_prefix: 0,
        timeslice_duration: Duration::from_secs(480),
    };
    let challenges = Challenges::new(&venue, 60_000, 10).unwrap();
    let (text, _) = challenges.create(ALICE, NOW_MS).unwrap();
    let (another, _) = challenges.create(ALICE, NOW_MS + 1).unwrap();
    let (foreign, _) = challenges.create(AccountId([2; 32]), NOW_MS).unwrap();
    let corpus = Corpus::texts([text.clone(), another.clone(), foreign]);
    let tally = Campaign::new("challenges", 30_000).run(&corpus, |bytes, tally| {
        let Ok(changed) = str::from_utf8(bytes) else { return tally.count("no UTF-8") };
        match challenges.check(ALICE, changed, NOW_MS) {
            Ok(_) => {
                let was_made = [&text, &another].iter().any(|made| made.eq_ignore_ascii_case(changed));
                assert!(was_made, "{changed}");
                tally.count("taken");
            }
            Err(AuthError::ChallengeInvalid) => tally.count("refused"),
            Err(other) => panic!("{changed}: {other}"),
        }
    });
    tally.assert_share("refused", 50);
}

#[test]
fn only_a_token_that_was_given_out_opens_a_session() {
    let sessions = Sessions::new(3_600_000, 10, 10);
    let (token, session) = sessions.open(ALICE, CallerKind::Session, unix_time_ms()).unwrap();
    let credentials = Credentials::new(sessions, Keys::open(None).unwrap(), &GatewayConfig::default());
    let bearer = format!("Bearer {token}");
    let access = AccessLayer::new(Arc::new(credentials));
    let corpus = Corpus::texts([bearer.clone(), format!("Basic {token}"), token]);
    let tally = Campaign::new("credentials", 30_000).run(&corpus, |bytes, tally| {
        // What HTTP does not carry does not come this far.
        let Ok(header) = HeaderValue::from_bytes(bytes) else { return tally.count("no header") };
        let mut request = Request::new(());
        *request.uri_mut() = "/coretime.exchange.v1.AccountService/GetAccount".parse().unwrap();
        request.headers_mut().insert(AUTHORIZATION, header);
        let outcome = access.admit(&mut request);
        let attached = request.extensions().get::<Caller>();
        if bytes == bearer.as_bytes() {
            assert!(outcome.is_ok());
            assert_eq!(attached, Some(&session));
            tally.count("admitted");
        } else {
            assert_eq!(outcome.unwrap_err().code(), tonic::Code::Unauthenticated);
            assert_eq!(attached, None);
            tally.count("refused");
        }
    });
    tally.assert_share("refused", 50);
    tally.assert_reached(["no header"]);
}

#[test]
fn only_the_keys_own_signature_verifies() {
    const TEXT: &str = "Log in to Coretime Exchange";
    let ed = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
    let mini = schnorrkel::MiniSecretKey::from_bytes(&[3; 32]).unwrap();
    let sr = mini.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    // An account and its signature, one behind the other.
    let signed = |key: [u8; 32], signature: [u8; 64]| [&key[..], &signature].concat();
    let genuine = [
        signed(ed.verifying_key().to_bytes(), ed.sign(TEXT.as_bytes()).to_bytes()),
        signed(sr.public.to_bytes(), sr.sign_simple(b"substrate", TEXT.as_bytes()).to_bytes()),
    ];
    let tally = Campaign::new("signatures", 10_000).run(&Corpus::bytes(genuine.clone()), |bytes, tally| {
        let Some((account, rest)) = bytes.split_first_chunk::<32>() else { return tally.count("too short") };
        let Some(signature) = rest.first_chunk::<64>() else { return tally.count("too short") };
        for scheme in [Scheme::Sr25519, Scheme::Ed25519] {
            let verified = verify(AccountId(*account), scheme, TEXT, signature).is_ok();
            let was_made = genuine.iter().any(|genuine| bytes.starts_with(genuine));
            assert!(was_made || !verified, "{scheme:?}");
            tally.count(if verified { "verified" } else { "refused" });
        }
    });
    tally.assert_reached(["verified", "too short"]);
    tally.assert_share("refused", 100);
}
