"""The GLSL programs of the scene: places of texels, depth from the key light, surfaces, background."""

from __future__ import annotations

TEXEL_VERTEX = """#version 330
in vec2 uv; in vec3 place; out vec3 shown;
void main() { shown = place; gl_Position = vec4(uv.x * 2.0 - 1.0, 1.0 - 2.0 * uv.y, 0.0, 1.0); }"""

TEXEL_FRAGMENT = """#version 330
in vec3 shown; out vec4 colour;
void main() { colour = vec4(shown, 1.0); }"""

DEPTH_VERTEX = """#version 330
in vec3 place; uniform mat4 from_light; uniform mat4 model;
void main() { gl_Position = from_light * model * vec4(place, 1.0); }"""

DEPTH_FRAGMENT = """#version 330
void main() {}"""

BACKGROUND_VERTEX = """#version 330
in vec2 corner; out vec2 at;
void main() { at = corner * 0.5 + 0.5; gl_Position = vec4(corner, 0.9999, 1.0); }"""

BACKGROUND_FRAGMENT = """#version 330
in vec2 at; out vec4 colour; uniform sampler2D picture;
void main() { colour = vec4(texture(picture, at).rgb, 1.0); }"""

SURFACE_VERTEX = """#version 330
in vec3 place; in vec3 normal; in vec2 uv; in vec3 own;
uniform mat4 model; uniform mat4 to_screen; uniform mat4 from_light;
out vec3 at; out vec3 facing; out vec2 texel; out vec3 local; out vec4 in_light;
void main() {
  vec4 world = model * vec4(place, 1.0);
  at = world.xyz; facing = mat3(model) * normal; texel = uv; local = own;
  in_light = from_light * world; gl_Position = to_screen * world;
}"""

# Skin, eyes, teeth, wet flesh, cloth, hair and plastic share one program; `kind` chooses.
SURFACE_FRAGMENT = """#version 330
const int SKIN = 0, EYE = 1, TOOTH = 2, FLESH = 3, CLOTH = 4, HAIR = 5, PLASTIC = 6;
in vec3 at; in vec3 facing; in vec2 texel; in vec3 local; in vec4 in_light;
out vec4 result;
uniform int kind; uniform vec3 base; uniform vec3 second;
uniform sampler2D colours; uniform sampler2D surface; uniform sampler2D depths;
uniform vec3 camera; uniform vec3 lamp_at[4]; uniform vec3 lamp_power[4]; uniform vec3 ambient;
uniform mat4 unturn; uniform vec3 lips_at; uniform float gap_m; uniform float shine; uniform float exposure;

float lit_share(float slope) {
  vec3 p = in_light.xyz / in_light.w * 0.5 + 0.5;
  vec2 step = 1.6 / vec2(textureSize(depths, 0));
  float bias = 0.001 + 0.003 * (1.0 - slope), share = 0.0;
  for (int i = -1; i < 2; i += 2) for (int j = -1; j < 2; j += 2)
    share += 1.0 - smoothstep(0.0, 0.004, p.z - bias - texture(depths, p.xy + vec2(i, j) * step).r);
  return share / 4.0;
}

// Trowbridge-Reitz (GGX) distribution with Schlick's Fresnel term.
float gloss(vec3 n, vec3 v, vec3 l, float roughness, float normal_share) {
  vec3 h = normalize(l + v);
  float a2 = pow(max(roughness * roughness, 0.03), 2.0), nh = max(dot(n, h), 0.0);
  float d = nh * nh * (a2 - 1.0) + 1.0;
  float fresnel = normal_share + (1.0 - normal_share) * pow(1.0 - max(dot(h, v), 0.0), 5.0);
  return a2 / (3.1416 * d * d) * fresnel / max(4.0 * max(dot(n, v), 0.1), 0.4) * max(dot(n, l), 0.0);
}

vec3 eye_colour(vec3 way) {
  float off = acos(clamp(-way.y, -1.0, 1.0)) / 1.5708, turn = atan(way.z, way.x);
  float rays = 0.5 + 0.25 * sin(turn * 37.0 + 3.0 * sin(turn * 5.0)) + 0.25 * sin(turn * 61.0 + off * 20.0);
  vec3 iris = base * (0.65 + 0.7 * rays) * (1.0 - 0.7 * smoothstep(0.27, 0.36, off));
  iris *= smoothstep(0.12, 0.145, off);
  vec3 white = vec3(0.72, 0.67, 0.63) * (1.0 - 0.3 * smoothstep(0.6, 1.0, off));
  return mix(iris, white, smoothstep(0.34, 0.38, off));
}

void main() {
  vec3 n = normalize(facing), v = normalize(camera - at), albedo = base, spread = vec3(0.0);
  if (kind != SKIN && dot(n, v) < 0.0) n = -n;
  float roughness = 0.5, normal_share = 0.035, open_share = 1.0, inside = 0.0;
  if (kind == SKIN) {
    vec4 painted = texture(colours, texel); albedo = painted.rgb * painted.rgb; inside = painted.a;
    vec2 s = texture(surface, texel).rg; roughness = s.g; spread = vec3(0.42, 0.18, 0.10);
    vec3 dx = dFdx(at), dy = dFdy(at), r1 = cross(dy, n), r2 = cross(n, dx); float det = dot(dx, r1);
    n = normalize(abs(det) * n - sign(det) * 0.0004 * (dFdx(s.r) * r1 + dFdy(s.r) * r2));
  } else if (kind == EYE) { albedo = eye_colour(normalize(local)); roughness = 0.08; open_share = 0.8;
  } else if (kind == TOOTH) { roughness = 0.24; spread = vec3(0.32, 0.26, 0.2); inside = 1.0;
  } else if (kind == FLESH) { roughness = 0.3; spread = vec3(0.35, 0.15, 0.12); inside = 1.0;
    albedo *= 0.85 + 0.3 * fract(sin(dot(floor(local * 900.0), vec3(12.9, 78.2, 37.7))) * 43758.5);
  } else if (kind == CLOTH) {
    albedo = mix(base, second, step(abs(local.x), (local.z - 0.42) * 0.4) * step(local.y, 0.0));
    albedo *= 1.0 + 0.08 * sin(local.x * 2600.0) * sin(local.z * 2600.0); roughness = 0.9;
  } else if (kind == PLASTIC) { roughness = 0.3;
  } else {
    float streak = sin(local.x * 1700.0 + 5.0 * sin(local.z * 90.0) + 4.0 * sin(local.y * 130.0));
    albedo *= 1.0 + 0.18 * streak; roughness = 0.5 + 0.08 * streak; normal_share = 0.02;
  }
  if (inside > 0.0) {
    // Little light finds its way past the lips: less the deeper, the further aside, the smaller the gap.
    vec3 p = (unturn * vec4(at, 1.0)).xyz - lips_at;
    float deep = smoothstep(0.003, 0.042, p.y), aside = smoothstep(0.008, 0.03, abs(p.x));
    float in_mouth = mix(1.0, 0.04, deep) * mix(1.0, 0.35, aside);
    in_mouth *= mix(0.45, 1.0, smoothstep(0.0, 0.014, gap_m));
    open_share *= mix(1.0, in_mouth, inside);
    // What light there is has met red flesh before.
    albedo *= mix(vec3(1.0), mix(vec3(1.0, 0.72, 0.66), vec3(1.0, 0.93, 0.9), in_mouth), inside);
  }
  vec3 c = albedo * ambient * open_share * (0.65 + 0.35 * n.z);
  for (int i = 0; i < 4; i++) {
    vec3 l = lamp_at[i] - at; float d2 = dot(l, l); l = normalize(l); float slope = dot(n, l);
    float share = i == 0 ? lit_share(max(slope, 0.0)) : 1.0;
    // Light that wraps round the terminator and reddens there stands for scattering under the skin.
    vec3 soft = clamp((slope + spread) / (1.0 + spread), 0.0, 1.0);
    vec3 diffuse = spread.x > 0.0 ? soft * soft * 0.35 + soft * 0.65 : vec3(max(slope, 0.0));
    vec3 shade = kind == SKIN ? vec3(mix(0.1, 1.0, share), share, share) : vec3(share);
    float bright = gloss(n, v, l, roughness, normal_share) * (kind == SKIN ? shine : 1.0);
    float from_behind = i > 1 && kind == SKIN ? 0.35 : 1.0;
    c += from_behind * lamp_power[i] / d2 * (albedo * diffuse * shade / 3.1416 + bright * share) * open_share;
  }
  c *= exposure;
  // Filmic curve after K. Narkowicz (2015).
  c = clamp((c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0);
  result = vec4(pow(c, vec3(1.0 / 2.2)), 1.0);
}"""
