//! A directory: read a piece at a time, so that it takes the same memory however much is in it. Plain code that blocks,
//! without any actor.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::fs::{self, DirEntry, Metadata, ReadDir};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many entries make a piece.
const PIECE: usize = 512;

/// What the system says where a link leads to itself: `ELOOP`, which the standard library has no stable name for.
const LOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

/// A directory that is to be visited.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    /// Steps from where the walk began.
    pub(crate) depth: u32,
}

impl Directory {
    /// Where a walk begins.
    pub(crate) fn root(path: PathBuf) -> Self {
        Self { path, depth: 0 }
    }
}

/// Something to read: a directory, from its beginning or from where its last piece ended.
#[derive(Debug)]
pub(crate) enum Reading {
    Begin(Directory),
    GoOn(Directory, ReadDir),
}

/// What a piece of a directory holds.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// Steps from where the walk began to what is in it.
    pub(crate) depth: u32,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// Symbolic links that were not followed.
    pub(crate) links: u64,
    /// Sockets, pipes and devices.
    pub(crate) others: u64,
    pub(crate) directories: u64,
    pub(crate) largest: Largest,
    pub(crate) troubles: Vec<(Trouble, String)>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Denied,
    /// Listed, and gone when it was looked at.
    Vanished,
    /// A link to nothing.
    Dangling,
    /// A link to a directory it lies in, or to itself.
    Loop,
    Other,
}

impl Trouble {
    pub(crate) const ALL: [Self; 5] = [Self::Denied, Self::Vanished, Self::Dangling, Self::Loop, Self::Other];

    fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::NotFound => Self::Vanished,
            _ if error.raw_os_error() == Some(LOOP) => Self::Loop,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Denied => "permission denied",
            Self::Vanished => "vanished",
            Self::Dangling => "dangling link",
            Self::Loop => "loop of links",
            Self::Other => "other error",
        })
    }
}

impl Reading {
    /// Reads a piece. Adds the directories in it to `found`, and returns what is left to read.
    pub(crate) fn next(self, follow: bool, found: &mut Vec<Directory>) -> (Piece, Option<Self>) {
        let (directory, mut entries) = match self {
            Self::GoOn(directory, entries) => (directory, entries),
            Self::Begin(directory) => match fs::read_dir(&directory.path) {
                Ok(entries) => (directory, entries),
                Err(error) => {
                    let mut piece = Piece { depth: directory.depth + 1, ..Piece::default() };
                    piece.failed(&directory.path, &error);
                    return (piece, None);
                }
            },
        };
        let mut piece = Piece { depth: directory.depth + 1, ..Piece::default() };
        for entry in entries.by_ref().take(PIECE) {
            match entry {
                Ok(entry) => piece.take(&entry, follow, found),
                Err(error) => {
                    // Whether more would come after an error nobody says.
                    piece.failed(&directory.path, &error);
                    return (piece, None);
                }
            }
        }
        let ended = piece.entries() < PIECE as u64;
        (piece, (!ended).then_some(Self::GoOn(directory, entries)))
    }
}

impl Piece {
    /// Everything in it, what could not be looked at as well.
    pub(crate) fn entries(&self) -> u64 {
        self.files + self.links + self.others + self.directories + self.troubles.len() as u64
    }

    fn take(&mut self, entry: &DirEntry, follow: bool, found: &mut Vec<Directory>) {
        let path = entry.path();
        let looked_at = match entry.file_type() {
            Ok(kind) if kind.is_symlink() && follow => return self.follow(path, found),
            Ok(kind) if kind.is_symlink() => {
                self.links += 1;
                return;
            }
            Ok(kind) if kind.is_dir() => {
                self.take_directory(path, found);
                return;
            }
            Ok(_) => entry.metadata(),
            Err(error) => Err(error),
        };
        match looked_at {
            Ok(about) => self.take_file(path, &about),
            Err(error) => self.failed(&path, &error),
        }
    }

    fn take_directory(&mut self, path: PathBuf, found: &mut Vec<Directory>) {
        self.directories += 1;
        found.push(Directory { path, depth: self.depth });
    }

    fn take_file(&mut self, path: PathBuf, about: &Metadata) {
        if about.is_file() {
            self.files += 1;
            self.bytes += about.len();
            self.largest.add(about.len(), path);
        } else {
            self.others += 1;
        }
    }

    fn follow(&mut self, path: PathBuf, found: &mut Vec<Directory>) {
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() && is_above(&about, &path) => {
                self.troubles.push((Trouble::Loop, format!("{}: leads back to where it lies", path.display())));
            }
            Ok(about) if about.is_dir() => self.take_directory(path, found),
            Ok(about) => self.take_file(path, &about),
            Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_ok() => {
                self.troubles.push((Trouble::Dangling, format!("{}: leads nowhere", path.display())));
            }
            Err(error) => self.failed(&path, &error),
        }
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        self.troubles.push((Trouble::of(error), format!("{}: {error}", path.display())));
    }
}

/// Whether `directory` is one of those that the link at `path` lies in. That is asked of the file system and not of
/// memory: a list of all that was visited would have no bound.
fn is_above(directory: &Metadata, path: &Path) -> bool {
    let same = |above: &Path| {
        fs::metadata(above).is_ok_and(|above| (above.dev(), above.ino()) == (directory.dev(), directory.ino()))
    };
    path.ancestors().skip(1).map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above }).any(same)
}

/// The largest files there are, and no more than are wanted.
#[derive(Debug, Default)]
pub(crate) struct Largest {
    smallest_first: BinaryHeap<Reverse<(u64, PathBuf)>>,
}

impl Largest {
    /// The most that anybody may want.
    const MOST: usize = 1000;

    pub(crate) fn add(&mut self, bytes: u64, path: PathBuf) {
        self.smallest_first.push(Reverse((bytes, path)));
        self.keep(Self::MOST);
    }

    pub(crate) fn merge(&mut self, others: Self, most: usize) {
        self.smallest_first.extend(others.smallest_first);
        self.keep(most);
    }

    /// The largest first.
    pub(crate) fn sorted(&self) -> Vec<(u64, PathBuf)> {
        let mut sorted: Vec<_> = self.smallest_first.iter().map(|Reverse(file)| file.clone()).collect();
        sorted.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        sorted
    }

    fn keep(&mut self, most: usize) {
        while self.smallest_first.len() > most {
            self.smallest_first.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_has_vanished() {
        let gone = Directory::root("/nowhere/at/all".into());
        let (piece, rest) = Reading::Begin(gone).next(false, &mut Vec::new());
        assert!(rest.is_none());
        assert_eq!((piece.entries(), piece.troubles[0].0), (1, Trouble::Vanished));
    }

    #[test]
    fn the_largest_are_kept() {
        let (mut all, mut more) = (Largest::default(), Largest::default());
        for bytes in 0..10 {
            all.add(bytes, "a".into());
            more.add(bytes + 5, "b".into());
        }
        all.merge(more, 3);
        let expected = [(14, "b"), (13, "b"), (12, "b")].map(|(bytes, path)| (bytes, PathBuf::from(path)));
        assert_eq!(all.sorted(), expected);
    }

    #[test]
    fn a_large_directory_comes_in_pieces() {
        let path = std::env::temp_dir().join(format!("crawl-pieces-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for number in 0..PIECE * 2 {
            fs::write(path.join(number.to_string()), "x").unwrap();
        }
        let mut reading = Some(Reading::Begin(Directory::root(path.clone())));
        let mut pieces = Vec::new();
        while let Some(next) = reading {
            let (piece, rest) = next.next(false, &mut Vec::new());
            pieces.push(piece.entries());
            reading = rest;
        }
        fs::remove_dir_all(&path).unwrap();
        assert_eq!(pieces, [PIECE as u64, PIECE as u64, 0]);
    }
}
