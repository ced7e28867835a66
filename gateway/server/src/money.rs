//! Amounts as people read them.

use coretime_types::Planck;

/// The chain's token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) symbol: String,
    pub(crate) decimals: u32,
}

impl Token {
    /// `12.5 DOT`, exact; what a decimal cannot hold is shown in planck.
    pub(crate) fn show(&self, amount: Planck) -> String {
        coretime_cli::show_amount(amount.0, self.decimals, &self.symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_or_in_planck() {
        let dot = Token { symbol: "DOT".into(), decimals: 10 };
        assert_eq!(dot.show(Planck(125_000_000_000)), "12.5 DOT");
        assert_eq!(dot.show(Planck(1)), "0.0000000001 DOT");
        assert_eq!(dot.show(Planck(u128::MAX)), format!("{} planck", u128::MAX));
    }
}
