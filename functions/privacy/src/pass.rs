//! A pass over all tables, page by page: saved after each, so that a process that dies repeats one page.

use crate::{Held, Stop};
use jiff::SignedDuration;
use plumbline_store::{SweepPlace, Task};
use serde::{Deserialize, Serialize};

/// Enough for a page and a save.
const LAST_PAGE: SignedDuration = SignedDuration::from_secs(60);

/// Where a pass is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    place: SweepPlace,
    /// What the pass counted so far.
    count: u64,
}

/// Goes on with a pass, from the job's position. `page`: does a page, and answers the task as it is then, what the page
/// counted, and where the next one begins. What the whole pass counted; `None`: the time is nearly over, and the position
/// says where to go on.
pub(crate) async fn over(
    held: &mut Held<'_>,
    step: &str,
    mut page: impl AsyncFnMut(SweepPlace) -> Result<(Task, u64, Option<SweepPlace>), Stop>,
) -> Result<Option<u64>, Stop> {
    let position = held.job.position.take().map(serde_json::from_value::<Position>).transpose();
    let Position { mut place, mut count } = position.map_err(anyhow::Error::from)?.unwrap_or_default();
    loop {
        let (task, counted, next) = page(place).await?;
        count += counted;
        held.set_task(task);
        let Some(next) = next else {
            held.job.position = None;
            return Ok(Some(count));
        };
        place = next;
        let position = Position { place: place.clone(), count };
        held.job.position = Some(serde_json::to_value(position).map_err(anyhow::Error::from)?);
        step.clone_into(&mut held.job.progress.step);
        held.job.progress.done = count;
        held.save().await?;
        if held.time_left() < LAST_PAGE {
            return Ok(None);
        }
    }
}
