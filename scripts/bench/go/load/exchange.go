package main

import (
	"bytes"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
)

// Over plain HTTP an agent has one request under way at a time; what it wants to say meanwhile waits.

const postRequest = "POST /v1/opamp HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n"

func (g *generator) post(a *agent, sequence uint64, rest []byte) {
	if a.isPosting {
		a.waiting = append(a.waiting, waitingPost{sequence, rest})
		return
	}
	a.isPosting = true
	length := 18 + 1 + protowire.SizeVarint(sequence) + len(rest)
	g.frame = fmt.Appendf(g.frame[:0], postRequest, g.host, length)
	g.frame = appendBody(g.frame, &a.uid, sequence, rest)
	g.write(a, g.frame)
}

// waitingPost is a message that waits until the one before it is answered.
type waitingPost struct {
	sequence uint64
	rest     []byte
}

func (g *generator) posted(a *agent) {
	a.isPosting = false
	if len(a.waiting) == 0 {
		return
	}
	next := a.waiting[0]
	a.waiting = a.waiting[1:]
	g.post(a, next.sequence, next.rest)
}

// consumeAnswers handles the answers that are complete and returns the rest.
func (g *generator) consumeAnswers(a *agent, data []byte) []byte {
	for a.state == open {
		end := bytes.Index(data, []byte("\r\n\r\n"))
		if end < 0 {
			return data
		}
		head := data[:end+2]
		length, ok := contentLength(head)
		if !ok || !bytes.HasPrefix(head, []byte("HTTP/1.1 200")) {
			g.refused = string(head[:bytes.IndexByte(head, '\r')])
			g.drop(a)
			return nil
		}
		size := end + 4 + length
		if len(data) < size {
			return data
		}
		g.posted(a)
		g.onMessage(a, data[end+4:size])
		data = data[size:]
	}
	return nil
}

func contentLength(head []byte) (int, bool) {
	const name = "\r\ncontent-length:"
	at := bytes.Index(bytes.ToLower(head), []byte(name))
	if at < 0 {
		return 0, false
	}
	value := head[at+len(name):]
	length, err := strconv.Atoi(string(bytes.TrimSpace(value[:bytes.IndexByte(value, '\r')])))
	return length, err == nil
}
