//! Read from the venue: the trader's own branch, checked here.

use super::{Custody, Proof};
use anyhow::{Context, Result, bail};
use coretime_cli::{ToldReserves, VenueArgs, ask_for_reserves};
use coretime_proto::v1 as pb;
use coretime_reserves::{Branch, Hash, Side, Statement, Step};
use coretime_types::AccountId;
use std::process::ExitCode;

pub(super) async fn prove(args: &VenueArgs) -> Result<ExitCode> {
    let told = ask_for_reserves(args).await?;
    let proof = read(&told)?;
    let wrong = check(&told, &proof);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&proof)?);
        wrong.iter().for_each(|wrong| eprintln!("error: {wrong}"));
    } else {
        println!("{}", shown(&told, &proof, &wrong)?);
    }
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What does not hold, for people; empty if all is well.
fn check(told: &ToldReserves, proof: &Proof) -> Vec<String> {
    let (statement, mut wrong) = (&proof.statement, Vec::new());
    let mut compare = |what: &str, found: &Hash, expected: &str| {
        if expected.trim_start_matches("0x") != found.to_string() {
            wrong.push(format!("the proof is of the {what} 0x{found}, the venue's is {expected}"));
        }
    };
    compare("chain", &statement.genesis, &told.chain.genesis_hash);
    compare("custody account", &statement.custody, &told.chain.custody_account);
    if let Some(branch) = &proof.branch {
        if AccountId(branch.account.0) != told.account {
            wrong.push(format!("the branch is of 0x{}, you are {}", branch.account, told.account));
        }
        if let Err(error) = branch.verify(statement) {
            wrong.push(error.to_string());
        }
    }
    if let Some(custody) = &proof.custody {
        let differences = custody.differences.iter();
        wrong.extend(differences.map(|one| format!("ledger and chain do not agree: {one}")));
    }
    wrong
}

fn shown(told: &ToldReserves, proof: &Proof, wrong: &[String]) -> Result<String> {
    let Proof { statement, branch, custody } = proof;
    let custody = custody.as_ref().context("the venue does not tell what custody has")?;
    let funds = |planck: &str| told.token.show_text(planck);
    let counted = match branch {
        Some(Branch { funds_planck, core_time, steps, .. }) => format!(
            "with {} and {core_time} part-timeslices of core time, {} below the root",
            funds(funds_planck),
            if steps.len() == 1 { "one step".to_owned() } else { format!("{} steps", steps.len()) }
        ),
        None => format!(
            "with nothing: what came after block {} is in the next proof, see `balance`",
            statement.block
        ),
    };
    let mut lines = vec![
        format!("you are counted   {counted}"),
        format!(
            "owed to all       {} and {} part-timeslices",
            funds(&statement.owed_funds_planck),
            statement.owed_core_time
        ),
        format!("custody has       {}, regions: {}", funds(&custody.funds_planck), custody.regions),
        format!(
            "of it the venue's {}, nobody's {}",
            funds(&custody.float_planck),
            funds(&custody.unattributed_planck)
        ),
        format!("compared at       block {} 0x{}", statement.block, statement.block_hash),
        format!("log               record {} {}", statement.sequence, statement.chain_hash),
        format!("root              {}", statement.root),
    ];
    if wrong.is_empty() {
        lines.push(
            "checked here: the branch leads to the root; ledger and chain agree, as the venue says".into(),
        );
        lines.push(
            "next: compare your amounts with `balance` and `regions`, the root with what others were told"
                .into(),
        );
    }
    lines.extend(wrong.iter().map(|wrong| format!("WRONG: {wrong}")));
    Ok(lines.join("\n"))
}

fn read(told: &ToldReserves) -> Result<Proof> {
    let pb::GetReservesResponse { statement, custody, branch } = told.proof.clone();
    let statement = statement.context("the venue's answer has no statement")?;
    let position = statement.position.context("the venue's statement has no position")?;
    Ok(Proof {
        statement: Statement {
            genesis: hash("genesis_hash", &statement.genesis_hash)?,
            custody: hash("custody_account", &statement.custody_account)?,
            block: statement.block_number,
            block_hash: hash("block_hash", &statement.block_hash)?,
            sequence: position.sequence,
            chain_hash: hash("position.chain_hash", &position.chain_hash)?,
            owed_funds_planck: statement.owed_planck,
            owed_core_time: statement.owed_part_timeslices,
            root: hash("root", &statement.root)?,
        },
        branch: branch.map(read_branch).transpose()?,
        custody: custody.map(|custody| Custody {
            funds_planck: custody.funds_planck,
            float_planck: custody.float_planck,
            unattributed_planck: custody.unattributed_planck,
            regions: usize::try_from(custody.region_count).unwrap_or(usize::MAX),
            unattributed_regions: Vec::new(),
            differences: custody.differences,
        }),
    })
}

fn read_branch(branch: pb::ReservesBranch) -> Result<Branch> {
    let steps = branch.steps.into_iter().map(|step| {
        Ok(Step {
            side: if step.is_left { Side::Left } else { Side::Right },
            hash: hash("steps.hash", &step.hash)?,
            funds_planck: step.funds_planck,
            core_time: step.part_timeslices,
        })
    });
    Ok(Branch {
        account: hash("account", &branch.account)?,
        salt: hash("salt", &branch.salt)?,
        funds_planck: branch.funds_planck,
        core_time: branch.part_timeslices,
        steps: steps.collect::<Result<_>>()?,
    })
}

fn hash(field: &str, bytes: &[u8]) -> Result<Hash> {
    match bytes.try_into() {
        Ok(bytes) => Ok(Hash(bytes)),
        Err(_) => bail!("{field} of the venue's answer has {} bytes, not 32", bytes.len()),
    }
}
