//! `wallet`: what people do on the development chain with wallets of their own, so that all of the demo can be done by hand.

use crate::cli::{WalletArgs, WalletCommand};
use crate::dev::{CUSTODY, account, key};
use anyhow::{Context, Result};
use coretime_settlement::parse_account;
use coretime_types::{AccountId, Planck};
use coretime_wallet::Wallet;

pub(crate) async fn run(args: WalletArgs) -> Result<()> {
    let key = key(&format!("//{}", args.name))?;
    let who = AccountId(key.public_key().0);
    let custody = account(CUSTODY)?;
    if let WalletCommand::Address = args.command {
        // Needs no chain.
        println!("{who}");
        return Ok(());
    }
    let wallet = Wallet::connect(&args.chain)
        .await
        .with_context(|| format!("no chain at {}: is `coretime-exchange dev` running?", args.chain))?;
    match args.command {
        WalletCommand::DepositCore => {
            let bought = wallet.purchase(&key).await?;
            wallet.transfer_region(&key, bought.id(), custody).await?;
            println!("{} bought {bought} and sent it to custody", args.name);
        }
        WalletCommand::Deposit { planck } => {
            wallet.transfer_funds(&key, custody, Planck(planck)).await?;
            println!("{} sent {planck} planck to custody", args.name);
        }
        WalletCommand::Send { to, planck } => {
            let to = parse_account(&to)?;
            wallet.transfer_funds(&key, to, Planck(planck)).await?;
            println!("{} sent {planck} planck to {to}", args.name);
        }
        WalletCommand::AddProxy { proxy } => {
            let proxy = parse_account(&proxy)?;
            wallet.add_proxy(&key, proxy).await?;
            println!("{proxy} may act for {} in everything", args.name);
        }
        // Answered above.
        WalletCommand::Address => {}
        WalletCommand::Show => {
            println!("{} has {} planck", args.name, wallet.balance(who).await?);
            for found in wallet.regions().await?.iter().filter(|found| found.owner == Some(who)) {
                println!("{}", found.region);
            }
        }
    }
    Ok(())
}
