//! Batch (一括処理): a CSV of charges, each row exactly once.

mod job;

pub use job::{
    Batch, BatchId, BatchOrder, BatchState, Check, Chunk, ChunkOrder, ChunkState, Counts, FirstError, Refused, Source,
};
