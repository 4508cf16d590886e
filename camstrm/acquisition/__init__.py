"""Cameras under GenICam GenTL: the only part that knows Harvesters, genicam and GenTL.

Start at ``worker.worker.AcquisitionWorker``, the thread that keeps one camera streaming: it
opens a ``camera.Camera`` of a ``gentl.producer.GentlProducer`` and drains it (``stream.drain``).
What is asked of the camera meanwhile is done in another thread (``control.control``).
Commands ask child processes: ``discovery.scan.scan_producer`` for cameras,
``features.session.run_feature_session`` for features, ``gentl.producer_check.check_producer``.
"""
