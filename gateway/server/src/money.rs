//! Amounts as people read them. The only place where planck become decimals; everything else counts integers.

use coretime_types::Planck;
use rust_decimal::Decimal;

/// The chain's token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) symbol: String,
    pub(crate) decimals: u32,
}

impl Token {
    /// `12.5 DOT`, exact; what a decimal cannot hold is shown in planck.
    pub(crate) fn show(&self, amount: Planck) -> String {
        let exact = i128::try_from(amount.0)
            .ok()
            .and_then(|amount| Decimal::try_from_i128_with_scale(amount, self.decimals).ok());
        match exact {
            Some(decimal) => format!("{} {}", decimal.normalize(), self.symbol),
            None => format!("{amount} planck"),
        }
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
