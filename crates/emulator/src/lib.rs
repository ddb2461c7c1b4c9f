//! A local Entra: tokens, consent, Graph, faults and clock on demand.
