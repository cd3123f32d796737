import os
from unittest import mock

from support import InProcessTest


class Processes_that_begin_together(InProcessTest):
    def test_do_not_take_a_spool_that_another_has_only_just_created(self):
        from platform_sdk.spool import _Spool

        try_lock, taken = _Spool._try_lock, []

        def take_over_first(file):
            locks.side_effect = try_lock
            taken.extend(_Spool.take_over(self.spool, "run"))
            return try_lock(file)

        def take_over_and_remove_first(file):
            locks.side_effect = try_lock
            for spool in _Spool.take_over(self.spool, "run"):
                spool.close()
            return try_lock(file)

        for interrupted in (take_over_first, take_over_and_remove_first):
            with mock.patch.object(_Spool, "_try_lock", side_effect=interrupted) as locks:
                spool = _Spool.create(self.spool, "run")
            self.assertTrue(os.path.exists(spool.path or "in memory"))
            spool.close()
        self.assertEqual(1, len(taken))
        taken.pop().close()
