-- A role at the whole service says so: the empty scope is nowhere.
UPDATE document SET body = replace(body, '"scope":""', '"scope":"/"') WHERE kind = 'roleassignments';
