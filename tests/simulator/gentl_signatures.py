"""The functions that a GenTL producer exports, and their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import c_char_p, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any

__all__ = ["FUNCTIONS", "SIGNATURES"]

SIGNATURES: dict[str, Sequence[Any]] = {
    "GCInitLib": (),
    "GCCloseLib": (),
    "GCGetInfo": (c_int32, c_void_p, c_void_p, c_void_p),
    "GCGetLastError": (c_void_p, c_void_p, c_void_p),
    "GCReadPort": (c_void_p, c_uint64, c_void_p, c_void_p),
    "GCWritePort": (c_void_p, c_uint64, c_void_p, c_void_p),
    "GCReadPortStacked": (c_void_p, c_void_p, c_void_p),
    "GCWritePortStacked": (c_void_p, c_void_p, c_void_p),
    "GCGetPortURL": (c_void_p, c_void_p, c_void_p),
    "GCGetNumPortURLs": (c_void_p, c_void_p),
    "GCGetPortURLInfo": (c_void_p, c_uint32, c_int32, c_void_p, c_void_p, c_void_p),
    "GCGetPortInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "GCRegisterEvent": (c_void_p, c_int32, c_void_p),
    "GCUnregisterEvent": (c_void_p, c_int32),
    "EventGetData": (c_void_p, c_void_p, c_void_p, c_uint64),
    "EventGetDataInfo": (c_void_p, c_void_p, c_size_t, c_int32, c_void_p, c_void_p, c_void_p),
    "EventGetInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "EventFlush": (c_void_p,),
    "EventKill": (c_void_p,),
    "TLOpen": (c_void_p,),
    "TLClose": (c_void_p,),
    "TLGetInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "TLGetNumInterfaces": (c_void_p, c_void_p),
    "TLGetInterfaceID": (c_void_p, c_uint32, c_void_p, c_void_p),
    "TLGetInterfaceInfo": (c_void_p, c_char_p, c_int32, c_void_p, c_void_p, c_void_p),
    "TLOpenInterface": (c_void_p, c_char_p, c_void_p),
    "TLUpdateInterfaceList": (c_void_p, c_void_p, c_uint64),
    "IFClose": (c_void_p,),
    "IFGetInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "IFGetNumDevices": (c_void_p, c_void_p),
    "IFGetDeviceID": (c_void_p, c_uint32, c_void_p, c_void_p),
    "IFUpdateDeviceList": (c_void_p, c_void_p, c_uint64),
    "IFGetDeviceInfo": (c_void_p, c_char_p, c_int32, c_void_p, c_void_p, c_void_p),
    "IFOpenDevice": (c_void_p, c_char_p, c_int32, c_void_p),
    "IFGetParentTL": (c_void_p, c_void_p),
    "DevGetPort": (c_void_p, c_void_p),
    "DevGetNumDataStreams": (c_void_p, c_void_p),
    "DevGetDataStreamID": (c_void_p, c_uint32, c_void_p, c_void_p),
    "DevOpenDataStream": (c_void_p, c_char_p, c_void_p),
    "DevGetInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "DevClose": (c_void_p,),
    "DevGetParentIF": (c_void_p, c_void_p),
    "DSAnnounceBuffer": (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p),
    "DSAllocAndAnnounceBuffer": (c_void_p, c_size_t, c_void_p, c_void_p),
    "DSAnnounceCompositeBuffer": (c_void_p, c_size_t, c_void_p, c_void_p, c_void_p, c_void_p),
    "DSFlushQueue": (c_void_p, c_int32),
    "DSStartAcquisition": (c_void_p, c_int32, c_uint64),
    "DSStopAcquisition": (c_void_p, c_int32),
    "DSGetInfo": (c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "DSGetBufferID": (c_void_p, c_uint32, c_void_p),
    "DSClose": (c_void_p,),
    "DSRevokeBuffer": (c_void_p, c_void_p, c_void_p, c_void_p),
    "DSQueueBuffer": (c_void_p, c_void_p),
    "DSGetBufferInfo": (c_void_p, c_void_p, c_int32, c_void_p, c_void_p, c_void_p),
    "DSGetBufferInfoStacked": (c_void_p, c_void_p, c_void_p, c_size_t),
    "DSGetBufferChunkData": (c_void_p, c_void_p, c_void_p, c_void_p),
    "DSGetParentDev": (c_void_p, c_void_p),
    "DSGetNumBufferParts": (c_void_p, c_void_p, c_void_p),
    "DSGetBufferPartInfo": (c_void_p, c_void_p, c_uint32, c_int32, c_void_p, c_void_p, c_void_p),
    "DSGetBufferPartInfoStacked": (c_void_p, c_void_p, c_void_p, c_size_t),
    "DSGetNumFlows": (c_void_p, c_void_p),
    "DSGetFlowInfo": (c_void_p, c_uint32, c_int32, c_void_p, c_void_p, c_void_p),
    "DSGetNumBufferSegments": (c_void_p, c_void_p, c_void_p),
    "DSGetBufferSegmentInfo": (c_void_p, c_void_p, c_uint32, c_int32, c_void_p, c_void_p, c_void_p),
}
"""Arguments of the functions of GenTL 1.6; handles and data are plain addresses."""

FUNCTIONS = tuple(SIGNATURES)
