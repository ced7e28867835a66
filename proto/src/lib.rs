//! The public gRPC interface, generated from the .proto files.
