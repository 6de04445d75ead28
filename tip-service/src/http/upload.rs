//! One file of a form, from the stream into the spool, 64 KiB at a time. Its name and type are not even looked at.

use std::sync::Arc;

use photograph::MAX_BYTES;

use crate::spool::{Share, Spool, SpoolError, Waiting, Writing};

/// Longest file that is kept, in bytes; what is longer is read on and dropped.
pub(super) const FILE_MAX: usize = MAX_BYTES;

/// What became of a file that was sent.
pub enum Upload {
    /// In the spool.
    Waits(Waiting),
    /// Longer than 10 MiB.
    TooLong,
    /// One more than are taken.
    Surplus,
    /// The spool is full, or cannot be written.
    NoRoom(SpoolError),
    /// Broken off: the sender knows from the page.
    Part,
}

/// Where a file goes.
#[derive(Clone, Copy)]
pub(super) enum Upstream<'a> {
    /// Waits to be cleaned.
    Spool(&'a Arc<Spool>, Share),
    /// Too many of them: counted and dropped.
    Surplus,
    /// Dropped: this form takes no files.
    Nowhere,
}

/// Takes a file part to its end. No upload comes of an empty file input, which browsers send without name and bytes;
/// `false` says that the part broke off.
pub(super) async fn take(mut field: multer::Field<'_>, to: Upstream<'_>) -> (Option<Upload>, bool) {
    let is_named = field.file_name().is_some_and(|name| !name.is_empty());
    let mut file = Taking::new(to);
    let mut length = 0;
    let is_whole = loop {
        match field.chunk().await {
            Ok(None) => break true,
            Ok(Some(chunk)) => {
                length += chunk.len();
                file = file.push(&chunk, length).await;
            }
            Err(_) => break false,
        }
    };
    if length == 0 && !is_named {
        return (None, is_whole);
    }
    (file.end(is_whole), is_whole)
}

enum Taking<'a> {
    /// Nothing came yet.
    Fresh(&'a Arc<Spool>, Share),
    Writes(Box<Writing>),
    Drops(Option<Upload>),
}

impl<'a> Taking<'a> {
    fn new(to: Upstream<'a>) -> Self {
        match to {
            Upstream::Spool(spool, share) => Self::Fresh(spool, share),
            Upstream::Surplus => Self::Drops(Some(Upload::Surplus)),
            Upstream::Nowhere => Self::Drops(None),
        }
    }

    async fn push(self, chunk: &[u8], length: usize) -> Self {
        if length > FILE_MAX && !matches!(self, Self::Drops(_)) {
            return Self::Drops(Some(Upload::TooLong));
        }
        let writing = match self {
            Self::Drops(why) => return Self::Drops(why),
            Self::Writes(writing) => Ok(writing),
            Self::Fresh(spool, share) => begin(spool.clone(), share).await,
        };
        let pushed = match writing {
            Ok(writing) => write(writing, chunk).await,
            Err(error) => Err(error),
        };
        pushed.map_or_else(
            |error| Self::Drops(Some(Upload::NoRoom(error))),
            Self::Writes,
        )
    }

    fn end(self, is_whole: bool) -> Option<Upload> {
        match self {
            Self::Drops(why) => why,
            _ if !is_whole => Some(Upload::Part),
            // A file without a byte is no picture; nothing says so better than the cleaner.
            Self::Fresh(spool, share) => Some(waits(spool.put(&[], share))),
            Self::Writes(writing) => Some(waits(writing.finish())),
        }
    }
}

fn waits(finished: Result<Waiting, SpoolError>) -> Upload {
    finished.map_or_else(Upload::NoRoom, Upload::Waits)
}

async fn begin(spool: Arc<Spool>, share: Share) -> Result<Box<Writing>, SpoolError> {
    off_the_road(move || spool.begin(share).map(Box::new)).await
}

/// Where the disk is touched, a slow disk keeps only this sender waiting.
async fn write(mut writing: Box<Writing>, chunk: &[u8]) -> Result<Box<Writing>, SpoolError> {
    if !writing.will_write(chunk.len()) {
        writing.push(chunk)?;
        return Ok(writing);
    }
    let chunk = zeroize::Zeroizing::new(chunk.to_vec());
    off_the_road(move || writing.push(&chunk).map(|()| writing)).await
}

async fn off_the_road<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpoolError> + Send + 'static,
) -> Result<T, SpoolError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(SpoolError::Io(std::io::Error::other(error))))
}
