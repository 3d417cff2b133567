package main

import (
	"fmt"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/probe"
	grpcprobe "k8s.io/kubernetes/pkg/probe/grpc"
	httpprobe "k8s.io/kubernetes/pkg/probe/http"
)

const host = "127.0.0.1"

// probeAll prints "CONTAINER PROBE: RESULT" for every probe of every Deployment. Arguments are such as 8787=40123.
func probeAll(objects []runtime.Object, arguments []string) error {
	ports := map[int]int{}
	for _, argument := range arguments {
		var from, to int
		if _, err := fmt.Sscanf(argument, "%d=%d", &from, &to); err != nil {
			return fmt.Errorf("%s: %w", argument, err)
		}
		ports[from] = to
	}
	for _, object := range objects {
		deployment, ok := object.(*apps.Deployment)
		if !ok {
			continue
		}
		pod := deployment.Spec.Template.Spec
		for _, container := range append(pod.InitContainers, pod.Containers...) {
			if err := probeContainer(container, ports); err != nil {
				return err
			}
		}
	}
	return nil
}

func probeContainer(container core.Container, ports map[int]int) error {
	probes := []struct {
		name  string
		probe *core.Probe
	}{{"startup", container.StartupProbe}, {"liveness", container.LivenessProbe}, {"readiness", container.ReadinessProbe}}
	for _, one := range probes {
		if one.probe == nil {
			continue
		}
		result, err := probeOnce(one.probe, &container, ports)
		if err != nil {
			return err
		}
		fmt.Printf("%s %s: %s\n", container.Name, one.name, result)
	}
	return nil
}

func probeOnce(spec *core.Probe, container *core.Container, ports map[int]int) (string, error) {
	timeout := time.Duration(spec.TimeoutSeconds) * time.Second
	if spec.GRPC != nil {
		_, output, err := grpcprobe.New().Probe(host, *spec.GRPC.Service, ports[int(spec.GRPC.Port)], timeout)
		return output, err
	}
	port, err := probe.ResolveContainerPort(spec.HTTPGet.Port, container)
	if err != nil {
		return "", err
	}
	action := spec.HTTPGet.DeepCopy()
	action.Port = intstr.FromInt32(int32(ports[port]))
	request, err := httpprobe.NewRequestForHTTPGetAction(action, container, host, "probe")
	if err != nil {
		return "", err
	}
	result, output, err := httpprobe.New(false).Probe(request, timeout)
	first, _, _ := strings.Cut(output, "\n")
	return fmt.Sprintf("%s: %s", result, first), err
}
