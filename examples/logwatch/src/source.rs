//! The source: reads the files, one after the other, and gives their lines out in chunks to whoever asks. Nothing is
//! read that nobody asked for.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actor::prelude::*;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::arguments::STANDARD_INPUT;
use crate::chunk::{Chunk, Splitter};
use crate::ledger::LedgerRef;
use crate::reporter::ReporterRef;

/// Reads. A pipe may stay silent for hours, so nobody who asks for its lines is told to give up.
#[actor(ask_timeout = off)]
pub(crate) struct Source {
    files: VecDeque<PathBuf>,
    open: Option<Reading>,
    ledger: LedgerRef,
    reporter: ReporterRef,
}

#[handlers]
impl Source {
    /// The next lines, or `None` when all files have been read.
    pub(crate) async fn next(&mut self) -> Result<Option<Chunk>, TellError> {
        while let Some(path) = self.files.front() {
            match read(&mut self.open, path).await {
                Ok(Some((chunk, bytes))) => {
                    self.ledger.read(chunk.count(), bytes).await?;
                    return Ok(Some(chunk));
                }
                Ok(None) => self.ledger.finished_file().await?,
                Err(error) => {
                    self.reporter.complain(format!("{}: {error}", path.display())).await?;
                    self.ledger.unreadable_file().await?;
                }
            }
            self.open = None;
            self.files.pop_front();
        }
        Ok(None)
    }
}

impl Source {
    pub(crate) fn new(files: &[PathBuf], ledger: LedgerRef, reporter: ReporterRef) -> Self {
        Self { files: files.iter().cloned().collect(), open: None, ledger, reporter }
    }
}

/// The next lines of the file at `path`, and the bytes read for them. Opens it where it is not `open` yet.
async fn read(open: &mut Option<Reading>, path: &Path) -> io::Result<Option<(Chunk, u64)>> {
    if open.is_none() {
        *open = Some(Reading::start(path).await?);
    }
    match open {
        Some(reading) => reading.next().await,
        None => Ok(None),
    }
}

/// What this program was given to read, from where whoever had it before left off.
pub(crate) fn standard_input() -> io::Result<fs::File> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

/// A file that is being read.
struct Reading {
    name: Arc<Path>,
    file: File,
    splitter: Splitter,
    /// Number of the first line that was not given out.
    line: u64,
    ended: bool,
}

impl Reading {
    async fn start(path: &Path) -> io::Result<Self> {
        let file = if path == STANDARD_INPUT { File::from_std(standard_input()?) } else { File::open(path).await? };
        Ok(Self { name: path.into(), file, splitter: Splitter::new(), line: 1, ended: false })
    }

    /// The next lines and the bytes read for them, or `None` at the end.
    async fn next(&mut self) -> io::Result<Option<(Chunk, u64)>> {
        let mut bytes = 0;
        while !self.ended {
            let read = self.file.read_buf(self.splitter.buffer()).await?;
            bytes += read as u64;
            self.ended = read == 0;
            let lines = if self.ended { self.splitter.finish() } else { self.splitter.cut() };
            if let Some(text) = lines {
                let chunk = Chunk::new(Arc::clone(&self.name), self.line, text);
                self.line += chunk.count();
                return Ok(Some((chunk, bytes)));
            }
        }
        Ok(None)
    }
}
