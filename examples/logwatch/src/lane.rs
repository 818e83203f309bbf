//! A lane: takes chunks from the source one at a time, has them parsed, and books what came of them. As many lanes
//! as there are, so many chunks are in memory: each asks for the next when it is done with the last.

use actor::prelude::*;

use crate::chunk::Chunk;
use crate::ledger::LedgerRef;
use crate::parser::Parser;
use crate::ranking::RankingRef;
use crate::source::SourceRef;
use crate::tally::{Sources, Tally};

/// One of several that work side by side. Its parser may fail as often as there are bad lines.
#[actor]
#[supervise(limit = unlimited, backoff = 1ms)]
pub(crate) struct Lane {
    source: SourceRef,
    ledger: LedgerRef,
    ranking: RankingRef,
    #[child(Parser::new)]
    parser: Child<Parser>,
}

#[handlers]
impl Lane {
    #[started]
    async fn started(&mut self, ctx: &mut Context<Self>) -> Result<(), TellError> {
        ctx.this().advance().await
    }

    /// Deals with one chunk, then with the next.
    async fn advance(&mut self, ctx: &mut Context<Self>) -> Result<(), TellError> {
        match self.source.next().await {
            Ok(Some(chunk)) => {
                self.count(chunk).await?;
                return ctx.this().advance().await;
            }
            // Nothing is left, or no more is wanted.
            Ok(None) | Err(AskError::Stopped) => ctx.stop(),
            Err(error) => {
                ctx.fail(error);
            }
        }
        Ok(())
    }
}

impl Lane {
    pub(crate) fn new(source: SourceRef, ledger: LedgerRef, ranking: RankingRef) -> Self {
        Self { source, ledger, ranking, parser: Child::default() }
    }

    /// Has a chunk parsed. One that makes the parser fail is parsed again line by line, so that only the lines at
    /// fault are lost.
    async fn count(&self, chunk: Chunk) -> Result<(), TellError> {
        match self.parser.parse(chunk.clone()).await {
            Ok(parsed) => self.book(parsed).await,
            Err(_) => {
                self.ledger.retried(chunk.count()).await?;
                for line in chunk.one_by_one() {
                    self.count_line(line).await?;
                }
                Ok(())
            }
        }
    }

    async fn count_line(&self, line: Chunk) -> Result<(), TellError> {
        let place = line.place();
        match self.parser.parse(line).await {
            Ok(parsed) => self.book(parsed).await,
            Err(_) => self.ledger.lost(place).await,
        }
    }

    async fn book(&self, (tally, sources): (Tally, Sources)) -> Result<(), TellError> {
        self.ranking.rank(sources).await?;
        self.ledger.counted(tally).await
    }
}
