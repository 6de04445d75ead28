//! A request's body as it comes in, piece by piece: bounded in bytes and in time, never whole in memory.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// More than was to be read at most.
    TooLarge,
    /// Not finished in time.
    TooSlow,
    /// The connection broke off.
    Broken,
}

/// Whoever moves this much in each minute is let go on, …
const MINUTE: Duration = Duration::from_secs(60);
const BYTES_A_MINUTE: usize = 120 << 10;
/// … for as long as this.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Most bytes that are taken in while a part's head is looked for. A head is far smaller; pieces are up to 128 KiB.
const HEAD_MAX: usize = 512 << 10;

/// The body. A handle is cheap: one goes to the parser, one stays.
#[derive(Clone)]
pub(super) struct Source(Arc<Mutex<Inner>>);

struct Inner {
    body: Body,
    left: usize,
    clock: Timer,
    end: Option<End>,
    /// After each piece the parser is told to come again, so that it works on one piece before it asks for more.
    rest: bool,
    head_left: Option<usize>,
}

/// A part's head that never ends.
#[derive(Debug, thiserror::Error)]
#[error("a part without end of its head")]
pub(super) struct EndlessHead;

impl Source {
    /// Reads up to `most` bytes; all within `within`, or longer if enough comes in each minute.
    pub(super) fn new(body: Body, most: usize, within: Duration) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            body,
            left: most,
            clock: Timer::new(within),
            end: None,
            rest: false,
            head_left: None,
        })))
    }

    /// From here on a part's head is looked for (or not).
    pub(super) fn expect_head(&self, yes: bool) {
        self.inner().head_left = yes.then_some(HEAD_MAX);
    }

    /// The next piece; `None` at the end, whatever end it is.
    pub(super) async fn piece(&self) -> Option<Bytes> {
        std::future::poll_fn(|cx| self.inner().poll_piece(cx)).await
    }

    /// Reads the rest and throws it away, because a browser that is still sending does not look at the answer.
    pub(super) async fn drain(&self) -> End {
        while self.piece().await.is_some() {}
        self.inner().end.unwrap_or(End::Broken)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream for Source {
    type Item = Result<Bytes, EndlessHead>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut inner = self.inner();
        if std::mem::take(&mut inner.rest) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = ready!(inner.poll_piece(cx)) else {
            return Poll::Ready(None);
        };
        inner.rest = true;
        if let Some(left) = inner.head_left {
            match left.checked_sub(piece.len()) {
                Some(left) => inner.head_left = Some(left),
                None => return Poll::Ready(Some(Err(EndlessHead))),
            }
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Inner {
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let end = loop {
            if self.end.is_some() {
                return Poll::Ready(None);
            }
            if self.clock.is_over(cx) {
                break End::TooSlow;
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => break End::Whole,
                Some(Err(_)) => break End::Broken,
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    self.clock.count(data.len());
                    let Some(left) = self.left.checked_sub(data.len()) else {
                        break End::TooLarge;
                    };
                    self.left = left;
                    return Poll::Ready(Some(data));
                }
            }
        };
        self.end = Some(end);
        Poll::Ready(None)
    }
}

/// When a sender is cut. Fair to a slow line: what counts is whether something moves.
struct Timer {
    base: Instant,
    longest: Instant,
    moved: usize,
    sleep: Pin<Box<Sleep>>,
}

impl Timer {
    fn new(within: Duration) -> Self {
        let now = Instant::now();
        Self {
            base: now + within,
            longest: now + LONGEST.max(within),
            moved: 0,
            sleep: Box::pin(sleep_until(now + within)),
        }
    }

    fn count(&mut self, bytes: usize) {
        self.moved += bytes;
        if self.moved >= BYTES_A_MINUTE {
            self.moved = 0;
            let deadline = self.base.max(Instant::now() + MINUTE).min(self.longest);
            self.sleep.as_mut().reset(deadline);
        }
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.sleep.as_mut().poll(cx).is_ready()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    /// A body of `pieces` pieces of `size` bytes, `apart` from one another.
    fn dripping(pieces: usize, size: usize, apart: Duration) -> Body {
        Body::from_stream(stream::unfold(0, move |n| async move {
            tokio::time::sleep(apart).await;
            let piece = Ok::<_, std::io::Error>(Bytes::from(vec![0; size]));
            (n < pieces).then_some((piece, n + 1))
        }))
    }

    async fn end(body: Body, most: usize) -> (End, Duration) {
        let begun = Instant::now();
        let source = Source::new(body, most, Duration::from_secs(300));
        (source.drain().await, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_that_keeps_moving_is_waited_for() {
        // 3 MiB at 2.2 KiB a second: more than 20 minutes.
        let body = dripping(1400, 2250, Duration::from_secs(1));
        let (end, took) = end(body, 10 << 20).await;
        assert_eq!(end, End::Whole);
        assert!(took > Duration::from_secs(1200), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_hardly_moves_is_cut_after_the_time_for_words() {
        let body = dripping(100_000, 500, Duration::from_secs(1));
        let (end, took) = end(body, 10 << 20).await;
        assert_eq!(end, End::TooSlow);
        assert_eq!(took.as_secs(), 300);
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_after_much_is_cut_a_minute_later() {
        let first = dripping(600, 64 << 10, Duration::from_secs(1)).into_data_stream();
        let body = Body::from_stream(stream::StreamExt::chain(first, stream::pending()));
        let (end, took) = end(body, 100 << 20).await;
        assert_eq!(end, End::TooSlow);
        assert!((655..=662).contains(&took.as_secs()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_longer_than_half_an_hour() {
        let body = dripping(100_000, 4000, Duration::from_secs(1));
        let (end, took) = end(body, 100 << 20).await;
        assert_eq!(end, End::TooSlow);
        assert_eq!(took.as_secs(), 1800);
    }

    #[tokio::test]
    async fn what_is_longer_than_may_be_read_is_too_large() {
        let (end, _) = end(dripping(11, 1000, Duration::ZERO), 10_000).await;
        assert_eq!(end, End::TooLarge);
    }
}
