//! Whatever text a client sends for an account, an amount or a page: it means one thing, or names its field.

use super::{FieldError, account, common, page};
use coretime_fuzzing::{Campaign, Corpus, Tally, within_bytes};
use coretime_types::{AccountId, CoreIndex, CoreMask, OrderId, RegionId, Timeslice, TradeId};

const ACCOUNT: AccountId = AccountId([0xa5; 32]);
const INPUTS: u32 = 50_000;

/// Changes the texts; what `read` takes is counted as "read", what it refuses names this field.
fn fuzz(
    title: &'static str,
    texts: &[String],
    field: &str,
    read: impl Fn(&str, &mut Tally) -> Result<(), FieldError>,
) {
    let tally = Campaign::new(title, INPUTS).run(&Corpus::texts(texts.to_vec()), |bytes, tally| {
        // A protobuf string is UTF-8, or its message does not decode.
        let Ok(text) = str::from_utf8(bytes) else { return tally.count("no UTF-8") };
        match read(text, tally) {
            Ok(()) => tally.count("read"),
            Err(fault) => {
                assert_eq!(fault.path, field);
                assert!(!fault.description.is_empty());
                tally.count("refused");
            }
        }
    });
    tally.assert_share("read", 1);
    tally.assert_share("refused", 10);
}

/// The network that an address is for.
fn prefix(address: &str) -> u16 {
    let bytes = bs58::decode(address).into_vec().unwrap();
    let (first, second) = (u16::from(bytes[0]), u16::from(bytes[1]));
    if first < 64 { first } else { (first & 0x3f) << 2 | second >> 6 | (second & 0x3f) << 8 }
}

#[test]
fn an_account_is_hex_or_an_address_with_a_right_checksum() {
    let mut texts: Vec<_> = [0, 2, 42, 63, 64, 16_383].map(|prefix| account::to_ss58(ACCOUNT, prefix)).into();
    texts.extend([ACCOUNT.to_string(), ACCOUNT.to_string().replace("a5", "A5")]);
    fuzz("accounts", &texts, "account", |text, tally| {
        let read = within_bytes(4_096, || account::parse(text, "account"))?;
        assert_eq!(account::parse(&read.to_string(), "account"), Ok(read));
        if text.starts_with("0x") {
            assert_eq!(read.to_string(), text.to_ascii_lowercase());
            tally.count("hex");
        } else {
            // Some changes hit a right checksum by luck: then it must be the account's address in that network.
            assert_eq!(account::to_ss58(read, prefix(text)), text);
            tally.count("addresses");
            tally.count("addresses");
        }
        Ok(())
    });
}

#[test]
fn an_amount_is_digits_of_128_bits() {
    let texts = ["0", "1", "10000000000", "340282366920938463463374607431768211455"].map(str::to_owned);
    fuzz("amounts", &texts, "amount_planck", |text, _| {
        let planck = common::planck(text, "amount_planck")?;
        assert!(text.bytes().all(|byte| byte.is_ascii_digit()));
        let plain = text.trim_start_matches('0');
        assert_eq!(planck.to_string(), if plain.is_empty() { "0" } else { plain });
        Ok(())
    });
}

#[test]
fn a_page_token_means_one_place() {
    let region = RegionId { begin: Timeslice(1_000), core: CoreIndex(7), mask: CoreMask::FULL };
    let part = RegionId { mask: CoreMask::FULL.lowest(coretime_types::Parts(9)), ..region };
    fuzz("region tokens", &[region, part].map(page::region_token_text), "page_token", |text, tally| {
        let Some(read) = page::region_token(text)? else {
            assert_eq!(text, "");
            tally.count("none");
            return Ok(());
        };
        assert_eq!(page::region_token(&page::region_token_text(read)), Ok(Some(read)));
        Ok(())
    });
    let filter = Some(OrderId(31));
    let texts = [page::fill_token_text(TradeId(9), filter), page::fill_token_text(TradeId(u64::MAX), None)];
    fuzz("fill tokens", &texts, "page_token", |text, _| {
        let (with, without) = (page::fill_token(text, filter), page::fill_token(text, None));
        // A token belongs to one filter.
        assert!(text.is_empty() || with.is_err() || without.is_err(), "{text}");
        if let (Ok(Some(trade)), Err(_)) = (&with, &without) {
            assert_eq!(page::fill_token(&page::fill_token_text(*trade, filter), filter), with);
        }
        with.or(without).map(|_| ())
    });
    fuzz("number tokens", &["1".into(), u64::MAX.to_string()], "page_token", |text, _| {
        let read = page::number_token(text)?;
        assert_eq!(read.is_none(), text.is_empty());
        Ok(())
    });
}
