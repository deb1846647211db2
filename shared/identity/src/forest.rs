//! Sets of nodes that were found to be the same, joined as evidence comes in.

/// A union-find over the nodes `0..n`.
#[derive(Debug, Clone)]
pub(crate) struct Forest {
    parents: Vec<usize>,
}

impl Forest {
    pub(crate) fn new(nodes: usize) -> Self {
        Self { parents: (0..nodes).collect() }
    }

    /// The node that stands for the set: the smallest in it.
    pub(crate) fn root(&mut self, node: usize) -> usize {
        let mut at = node;
        loop {
            let parent = self.parent(at);
            if parent == at {
                return at;
            }
            let above = self.parent(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
    }

    /// Joins two sets; whether they were apart.
    pub(crate) fn join(&mut self, one: usize, other: usize) -> bool {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return false;
        }
        if let Some(slot) = self.parents.get_mut(one.max(other)) {
            *slot = one.min(other);
        }
        true
    }

    fn parent(&self, node: usize) -> usize {
        self.parents.get(node).copied().unwrap_or(node)
    }
}
