"""The wire format: FrameBundle, packets and control messages. Sans-I/O, no clock.

What other parts use of it is imported from here.
"""

from camstrm.camera_state import COUNTERS, HEALTHY_STATES, CameraState
from camstrm.wire.bundle import (
    MAX_BUNDLE_SIZE,
    MAX_CAMERAS,
    CameraFrame,
    Encoding,
    FrameBundle,
    FrameFlag,
    decode_bundle,
    encode_bundle,
    encode_bundle_parts,
)
from camstrm.wire.bundle_change import fitted, merge_bundles, select_cameras, select_entries
from camstrm.wire.calls import (
    CALL_TIMEOUT_S,
    MAX_CALL_DATA,
    MAX_CALLS,
    MAX_WAITING_CALLS,
    Call,
    Reply,
    pack,
    refusal,
    unpack,
)
from camstrm.wire.crossing import (
    FEED_DOWN,
    FEED_UP,
    FROM_VIEWER,
    PROCESS_DOWN,
    PROCESS_UP,
    TO_VIEWER,
    SharedStatus,
)
from camstrm.wire.demand import union
from camstrm.wire.messages import (
    MAX_VIEWER_TEXT_SIZE,
    PROTOCOL,
    Ack,
    CameraInfo,
    CameraLease,
    CameraStatus,
    Demand,
    FrameRequest,
    Goodbye,
    GrantedView,
    Hello,
    Leases,
    Limits,
    Live,
    LogLevel,
    Message,
    Refused,
    Report,
    Start,
    Status,
    Stop,
    Subscribe,
    UnknownMessage,
    ViewerStatus,
    Views,
)
from camstrm.wire.operations import OPERATIONS
from camstrm.wire.packet import (
    DATA_PIECE,
    Packet,
    PacketKind,
    PacketSplitter,
    decode_data,
    encode_data_parts,
    encode_packet_parts,
)
from camstrm.wire.views import Region, View, admitted, clipped, rounded
