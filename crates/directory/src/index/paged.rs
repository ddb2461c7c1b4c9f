//! A sparse vector whose clones share their pages: changing an entry copies its page, once, and nothing else.
//!
//! Entries lie in the pages themselves, so a look-up costs one jump. They should be cheap to clone: counted pointers.

use std::sync::Arc;

const PAGE: usize = 64;

type Page<T> = [Option<T>; PAGE];

/// A sparse, persistent vector.
#[derive(Debug)]
pub(super) struct PagedVec<T> {
    pages: Vec<Option<Arc<Page<T>>>>,
}

impl<T> Clone for PagedVec<T> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone() }
    }
}

impl<T> Default for PagedVec<T> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}

impl<T> PagedVec<T> {
    pub(super) fn get(&self, index: u32) -> Option<&T> {
        let (page, slot) = split(index);
        self.pages.get(page)?.as_ref()?[slot].as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let held = self.pages.iter().zip(0_u32..).filter_map(|(page, number)| Some((page.as_ref()?, number)));
        held.flat_map(|(page, number)| {
            let first = number * u32::try_from(PAGE).unwrap_or(u32::MAX);
            page.iter().zip(first..).filter_map(|(entry, index)| Some((index, entry.as_ref()?)))
        })
    }

    /// Bytes of the pages, without what the entries point to.
    pub(super) fn page_bytes(&self) -> usize {
        let held = self.pages.iter().filter(|page| page.is_some()).count();
        self.pages.capacity() * size_of::<usize>() + held * (size_of::<Page<T>>() + 2 * size_of::<usize>())
    }
}

impl<T: Clone> PagedVec<T> {
    pub(super) fn set(&mut self, index: u32, value: T) {
        *self.slot(index) = Some(value);
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, index: u32) {
        if self.get(index).is_some() {
            *self.slot(index) = None;
        }
    }

    /// The entry, to change; made when it is not there.
    pub(super) fn entry(&mut self, index: u32) -> &mut T
    where
        T: Default,
    {
        self.slot(index).get_or_insert_default()
    }

    fn slot(&mut self, index: u32) -> &mut Option<T> {
        let (page, slot) = split(index);
        if self.pages.len() <= page {
            self.pages.resize_with(page + 1, || None);
        }
        let page = self.pages[page].get_or_insert_with(|| Arc::new([const { None }; PAGE]));
        &mut Arc::make_mut(page)[slot]
    }
}

fn split(index: u32) -> (usize, usize) {
    let index = index as usize;
    (index / PAGE, index % PAGE)
}
