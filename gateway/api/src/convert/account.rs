//! Accounts as text: `0x` and 64 hex digits, or SS58.

use super::FieldError;
use blake2::{Blake2b512, Digest};
use coretime_types::AccountId;

/// The longest address: 2 bytes of prefix, 32 of key, 2 of checksum in base 58.
const MAX_ADDRESS_CHARS: usize = 50;

/// Reads `0x` and 64 hex digits, or an SS58 address of any network: the key is the same in all of them.
pub(crate) fn parse(text: &str, path: &str) -> Result<AccountId, FieldError> {
    let wrong = || FieldError::new(path, "is not an SS58 address, nor 0x and 64 hex digits");
    if text.starts_with("0x") { text.parse().map_err(|_| wrong()) } else { from_ss58(text).ok_or_else(wrong) }
}

fn from_ss58(text: &str) -> Option<AccountId> {
    // Base 58 takes quadratic time: nothing longer is looked at.
    if text.len() > MAX_ADDRESS_CHARS {
        return None;
    }
    let bytes = bs58::decode(text).into_vec().ok()?;
    let (body, checksum) = bytes.split_at_checked(bytes.len().checked_sub(2)?)?;
    if checksum != ss58_checksum(body) {
        return None;
    }
    let key = match body.first()? {
        0..64 => body.get(1..)?,
        // Fourteen bits in two bytes: the upper six of the first's lower bits, then the second's; below 64 one byte
        // would do, and only that is an address.
        first @ 64..128 => {
            let second = *body.get(1)?;
            let low = (first << 2) | (second >> 6);
            if low < 64 && second & 0x3f == 0 {
                return None;
            }
            body.get(2..)?
        }
        _ => return None,
    };
    Some(AccountId(key.try_into().ok()?))
}

/// The account's address in the network of this prefix (at most 16,383; its lower 14 bits count).
pub(crate) fn to_ss58(account: AccountId, prefix: u16) -> String {
    let [low, high] = (prefix & 0x3fff).to_le_bytes();
    let mut bytes = Vec::with_capacity(36);
    if prefix < 64 {
        bytes.push(low);
    } else {
        bytes.extend([(low >> 2) | 0x40, high | (low << 6)]);
    }
    bytes.extend(account.0);
    let checksum = ss58_checksum(&bytes);
    bytes.extend(checksum);
    bs58::encode(bytes).into_string()
}

fn ss58_checksum(body: &[u8]) -> [u8; 2] {
    let hash = Blake2b512::new().chain_update(b"SS58PRE").chain_update(body).finalize();
    [hash[0], hash[1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE_HEX: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn well_known_addresses_are_read_and_written() {
        let alice = parse(ALICE_HEX, "account").unwrap();
        for (prefix, address) in [
            (42, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"),
            (0, "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),
            (2, "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F"),
        ] {
            assert_eq!(parse(address, "account"), Ok(alice));
            assert_eq!(to_ss58(alice, prefix), address);
        }
    }

    #[test]
    fn every_prefix_survives_the_round_trip() {
        let account = AccountId([0xa5; 32]);
        for prefix in [0, 1, 63, 64, 255, 256, 2_206, 16_383] {
            assert_eq!(from_ss58(&to_ss58(account, prefix)), Some(account), "{prefix}");
        }
    }

    #[test]
    fn a_short_prefix_in_the_long_form_is_no_address() {
        for prefix in [0_u16, 42, 63] {
            let [low, high] = prefix.to_le_bytes();
            let mut bytes = vec![(low >> 2) | 0x40, high | (low << 6)];
            bytes.extend([0xa5; 32]);
            let checksum = ss58_checksum(&bytes);
            bytes.extend(checksum);
            assert_eq!(from_ss58(&bs58::encode(bytes).into_string()), None, "{prefix}");
        }
    }

    #[test]
    fn anything_else_names_the_field() {
        let address = to_ss58(AccountId([7; 32]), 42);
        let typo = address.replacen(&address[9..10], if &address[9..10] == "a" { "b" } else { "a" }, 1);
        let long = "1".repeat(100_000);
        for wrong in ["", "0x", "0x00", "alice", "0OIl", &typo, &address[1..], &long, &ALICE_HEX[2..], "é"] {
            assert_eq!(parse(wrong, "account").unwrap_err().path, "account", "{wrong}");
        }
    }
}
