//! Settlement: the chain's side of the exchange, through subxt.
