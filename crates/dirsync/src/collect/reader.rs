//! Reading ahead: the next pages are fetched and understood while the last ones are written.

use graph::GraphError;
use kernel::Env;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::sources::{After, Item, Pages};

/// How many objects are written together.
const ENOUGH: usize = 2_000;
/// How long pages are gathered before they are written.
const LONG: std::time::Duration = std::time::Duration::from_secs(1);

/// Some pages together.
pub(super) struct Gathered<T> {
    pub(super) items: Vec<Item<T>>,
    /// How many.
    pub(super) pages: u64,
    pub(super) after: After,
}

/// Reads the pages of one read, a little ahead of whoever takes them. Ends with this value.
pub(super) struct Reader<T> {
    read: mpsc::Receiver<Result<Gathered<T>, GraphError>>,
    task: JoinHandle<()>,
}

impl<T: Send + 'static> Reader<T> {
    /// Begins to read.
    pub(super) fn start(mut pages: Box<dyn Pages<T>>, env: Env) -> Self {
        let (tell, read) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            loop {
                let gathered = gather(pages.as_mut(), &env).await.transpose();
                let goes_on = matches!(&gathered, Some(Ok(read)) if matches!(read.after, After::Next(_)));
                let Some(gathered) = gathered else { return };
                if tell.send(gathered).await.is_err() || !goes_on {
                    return;
                }
            }
        });
        Self { read, task }
    }

    /// What was read next. Nothing only where the reader has met its own end before the link that ends the pages.
    pub(super) async fn next(&mut self) -> Option<Result<Gathered<T>, GraphError>> {
        self.read.recv().await
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What is read until there is enough to write, or for long enough to lose no more of it.
async fn gather<T>(pages: &mut dyn Pages<T>, env: &Env) -> Result<Option<Gathered<T>>, GraphError> {
    let (begin, mut gathered) = (env.now(), None::<Gathered<T>>);
    while let Some(page) = pages.next().await? {
        let read = gathered.get_or_insert_with(|| Gathered { items: Vec::new(), pages: 0, after: page.after.clone() });
        read.items.extend(page.items);
        read.pages += 1;
        read.after = page.after;
        let weight: usize = read.items.iter().map(|item| 1 + item.members.len() / 20).sum();
        if weight >= ENOUGH || matches!(read.after, After::Link(_)) || env.now().since(begin) >= LONG {
            break;
        }
    }
    Ok(gathered)
}
