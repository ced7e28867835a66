//! The development chain as a client sees it: a real subxt client over WebSocket.

mod broker;
mod finality;
mod pool;
mod restart;
mod rpc;
mod support;
