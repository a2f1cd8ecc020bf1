package main

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	opMore   = 0x0
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xa
)

// appendMessage appends a WebSocket frame with OpAMP's header byte, the uid, the sequence number and `rest`. The mask is
// zero, which spares the generator the masking and costs the server what any other mask costs.
func appendMessage(to []byte, uid *[16]byte, sequence uint64, rest []byte) []byte {
	length := 1 + 18 + 1 + protowire.SizeVarint(sequence) + len(rest)
	to = appendHeader(to, opBinary, length)
	return appendBody(append(to, 0), uid, sequence, rest)
}

// appendBody appends the bare message, as plain HTTP carries it.
func appendBody(to []byte, uid *[16]byte, sequence uint64, rest []byte) []byte {
	to = append(to, 0x0a, 16)
	to = append(to, uid[:]...)
	to = append(to, 0x10)
	to = protowire.AppendVarint(to, sequence)
	return append(to, rest...)
}

func appendHeader(to []byte, opcode byte, length int) []byte {
	to = append(to, 0x80|opcode)
	switch {
	case length < 126:
		to = append(to, 0x80|byte(length))
	case length < 65536:
		to = append(to, 0x80|126)
		to = binary.BigEndian.AppendUint16(to, uint16(length))
	default:
		to = append(to, 0x80|127)
		to = binary.BigEndian.AppendUint64(to, uint64(length))
	}
	return append(to, 0, 0, 0, 0)
}

// nextFrame splits one frame off a server's bytes; `size` is 0 where it is not complete yet.
func nextFrame(data []byte) (opcode byte, isLast bool, payload []byte, size int) {
	if len(data) < 2 {
		return 0, false, nil, 0
	}
	length, at := int(data[1]&0x7f), 2
	switch length {
	case 126:
		if len(data) < 4 {
			return 0, false, nil, 0
		}
		length, at = int(binary.BigEndian.Uint16(data[2:])), 4
	case 127:
		if len(data) < 10 {
			return 0, false, nil, 0
		}
		length, at = int(binary.BigEndian.Uint64(data[2:])), 10
	}
	if len(data) < at+length {
		return 0, false, nil, 0
	}
	return data[0] & 0x0f, data[0]&0x80 != 0, data[at : at+length], at + length
}

// reply is what the generator needs of a ServerToAgent.
type reply struct {
	wantsFullState bool
	configHash     []byte
	isError        bool
}

// readReply scans the top-level fields; 3 is remote_config, 6 flags, 2 error_response.
func readReply(payload []byte) (result reply, ok bool) {
	for data := payload; len(data) > 0; {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return result, false
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, kind, data)
		if size < 0 {
			return result, false
		}
		switch {
		case number == 2:
			result.isError = true
		case number == 6 && kind == protowire.VarintType:
			flags, _ := protowire.ConsumeVarint(data)
			result.wantsFullState = flags&1 != 0
		case number == 3 && kind == protowire.BytesType:
			inner, _ := protowire.ConsumeBytes(data)
			result.configHash = bytesField(inner, 2)
		}
		data = data[size:]
	}
	return result, true
}

func bytesField(data []byte, wanted protowire.Number) []byte {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return nil
		}
		data = data[n:]
		size := protowire.ConsumeFieldValue(number, kind, data)
		if size < 0 {
			return nil
		}
		if number == wanted && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(data)
			return value
		}
		data = data[size:]
	}
	return nil
}
