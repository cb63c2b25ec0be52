-- The latest moment of the acts that moved the epoch on, by the clock of whoever took them: no decision by this epoch is
-- made as of an earlier one, whatever the clock of the decider says.
ALTER TABLE school_epochs ADD COLUMN moved_at BIGINT NOT NULL DEFAULT 0;
