//! Every account is counted, and nobody else's branch or another place's root will do.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use coretime_reserves::{Branch, Hash, Liability, Overflow, Salt, Statement, Tree, Unproven};
use coretime_types::{AccountId, PartTimeslices, Planck};

fn liability(number: u64, funds: u128, core_time: u128) -> Liability {
    let mut account = [0; 32];
    account[..8].copy_from_slice(&number.to_be_bytes());
    Liability { account: AccountId(account), funds: Planck(funds), core_time: PartTimeslices(core_time) }
}

fn place() -> Statement {
    Statement { block: 77, block_hash: Hash([3; 32]), sequence: 1_000, ..Statement::default() }
}

fn liabilities(count: u64, random: &mut fastrand::Rng) -> Vec<Liability> {
    (0..count).map(|number| liability(number, random.u128(..1 << 80), random.u128(..1 << 40))).collect()
}

#[test]
fn every_account_is_counted_in_trees_of_all_sizes() {
    let mut random = fastrand::Rng::with_seed(6);
    for count in (0..40).chain([255, 256, 257, 1_000]) {
        let all = liabilities(count, &mut random);
        let tree = Tree::new(all.iter().copied(), &Salt([9; 32])).unwrap();
        let statement = tree.state(place());
        let funds: u128 = all.iter().map(|one| one.funds.0).sum();
        assert_eq!(statement.owed_funds_planck, funds.to_string());
        for one in &all {
            let branch = tree.branch(one.account).unwrap();
            assert_eq!(branch.funds_planck, one.funds.0.to_string());
            assert_eq!(branch.verify(&statement), Ok(()), "{count}");
        }
        assert_eq!(tree.branch(liability(count, 0, 0).account), None);
    }
}

#[test]
fn whatever_is_changed_in_a_branch_or_a_statement_is_noticed() {
    let mut random = fastrand::Rng::with_seed(7);
    let all = liabilities(100, &mut random);
    let tree = Tree::new(all.iter().copied(), &Salt([9; 32])).unwrap();
    let statement = tree.state(place());
    let branch = tree.branch(all[50].account).unwrap();
    let (branch_text, statement_text) =
        (serde_json::to_string(&branch).unwrap(), serde_json::to_string(&statement).unwrap());
    assert_eq!(serde_json::from_str::<Branch>(&branch_text).unwrap().verify(&statement), Ok(()));
    let mut understood = 0;
    for _ in 0..20_000 {
        let changed = |text: &str, random: &mut fastrand::Rng| {
            let mut bytes = text.as_bytes().to_vec();
            let place = random.usize(..bytes.len());
            bytes[place] = *b"0123456789abcdef\"".get(random.usize(..17)).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let (branch_changed, statement_changed) = if random.bool() {
            (changed(&branch_text, &mut random), statement_text.clone())
        } else {
            (branch_text.clone(), changed(&statement_text, &mut random))
        };
        if (&branch_changed, &statement_changed) == (&branch_text, &statement_text) {
            continue;
        }
        let parsed = serde_json::from_str::<Branch>(&branch_changed)
            .and_then(|branch| Ok((branch, serde_json::from_str::<Statement>(&statement_changed)?)));
        if let Ok((branch, statement)) = parsed {
            understood += 1;
            assert!(branch.verify(&statement).is_err(), "{branch_changed}\n{statement_changed}");
        }
    }
    assert!(understood > 1_000, "{understood}");
}

#[test]
fn another_block_or_another_salt_gives_another_root_and_sums_do_not_wrap() {
    let all = [liability(1, 5, 0), liability(2, 7, 3)];
    let tree = Tree::new(all, &Salt([9; 32])).unwrap();
    let (here, there) = (tree.state(place()), tree.state(Statement { block: 78, ..place() }));
    assert_ne!(here.root, there.root);
    let branch = tree.branch(all[0].account).unwrap();
    assert!(matches!(
        branch.verify(&Statement { root: there.root, ..here.clone() }),
        Err(Unproven::Root { .. })
    ));
    let other = Tree::new(all, &Salt([8; 32])).unwrap();
    assert_ne!(other.state(place()).root, here.root);
    assert_eq!(
        Tree::new([all[0], all[1], liability(1, 10, 0)], &Salt([9; 32])).unwrap().total().0,
        Planck(22)
    );
    let too_much = [liability(1, u128::MAX, 0), liability(2, 1, 0)];
    assert_eq!(Tree::new(too_much, &Salt([9; 32])).err(), Some(Overflow));
}
