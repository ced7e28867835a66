//! The gRPC gateway: sessions, requests, streams.
