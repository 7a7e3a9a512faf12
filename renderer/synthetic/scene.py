"""Draws one person, frame by frame, with OpenGL: on a GPU, or on the CPU through Mesa's software renderer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.synthetic import shading
from renderer.synthetic.assets import load_base_body
from renderer.synthetic.body import HeadTurn, Human, compute_rotation
from renderer.synthetic.body_parts import (
    Rigid,
    Skin,
    create_clothes,
    create_eyeball,
    create_long_hair,
    create_scalp,
    create_skin,
    create_tongue,
)
from renderer.synthetic.glasses import create_glasses
from renderer.synthetic.lip_gap import measure_gap_m
from renderer.synthetic.look import Colour, Look
from renderer.synthetic.skin import paint_skin
from renderer.synthetic.solid import Solid
from renderer.synthetic.teeth import create_braces, create_gums, create_teeth

Floats = npt.NDArray[Any]
Image = npt.NDArray[np.uint8]

_SKIN, _EYE, _TOOTH, _FLESH, _CLOTH, _HAIR, _PLASTIC = range(7)
_TEXTURE_PX, _SHADOW_PX = 1536, 768
_NEAR_M, _FAR_M = 0.1, 10.0
_METAL: Colour = (0.14, 0.14, 0.15)
_FRAME: Colour = (0.015, 0.014, 0.016)
_LIP_POINTS = (520, 523)  # see renderer.synthetic.lip_gap


@dataclass(frozen=True)
class Camera:
    """Stands ``distance_m`` from between the eyes and the chin, seen ``turn_rad`` from the side and
    ``rise_rad`` from above; the picture shows ``width_m`` of the scene there."""

    distance_m: float
    turn_rad: float
    rise_rad: float
    width_m: float
    exposure: float = 1.0


class Scene:
    """A person before a background [h, w, 3]; close it (or use ``with``) to free the graphics memory.

    Raises RenderError where no OpenGL can be had.
    """

    def __init__(self, human: Human, look: Look, camera: Camera, background: Image) -> None:
        self._human, self._look, self._camera = human, look, camera
        # Uses a context of its own, so it comes before this one is current.
        places = _draw_texel_places(_TEXTURE_PX)
        self._gl = _create_context()
        size = (background.shape[1], background.shape[0])
        self._frame = self._gl.framebuffer(
            [self._gl.renderbuffer(size, 4)], self._gl.depth_renderbuffer(size)
        )
        self._depths = self._gl.depth_texture((_SHADOW_PX, _SHADOW_PX))
        self._depths.compare_func = ""
        self._shadow = self._gl.framebuffer(depth_attachment=self._depths)
        self._surface = self._gl.program(shading.SURFACE_VERTEX, shading.SURFACE_FRAGMENT)
        self._depth = self._gl.program(shading.DEPTH_VERTEX, shading.DEPTH_FRAGMENT)
        self._behind = self._create_backdrop(background)
        neutral = human.neutral
        eyes = [neutral[load_base_body().get_points(f"helper-{side}-eye")] for side in "lr"]
        self._eyes_at = np.mean([eye.mean(0) for eye in eyes], 0)
        self._lips_at = neutral[list(_LIP_POINTS)].mean(0)
        self._colours, self._reliefs = self._create_textures(places)
        self._soft_parts = list(self._create_soft_parts())
        self._rigid_parts = list(self._create_rigid_parts())
        self._eyeballs = [self._create_eyeball(eye) for eye in eyes]

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._gl.release()

    def draw(self, units: Mapping[str, float], head_rad: HeadTurn, gaze_rad: tuple[float, float]) -> Image:
        """One frame [h, w, 3]: face units 0..1 by name, turn of the head, gaze (yaw, pitch) against it."""
        straight = self._human.compute_vertices(units)
        points = self._human.turn_head(straight, self._human.head_weight, head_rad)
        turn = _build_turn(self._human.pivot, compute_rotation(*head_rad))
        for part in self._soft_parts:
            part.move(points)
        lamps, to_light = self._place_lamps()
        self._cast_shadow(to_light)
        self._frame.use()
        self._frame.clear()
        self._gl.disable(moderngl.DEPTH_TEST)
        self._behind.render(vertices=3)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._set_scene(lamps, to_light, turn, measure_gap_m(straight))
        for part in self._soft_parts:
            self._draw_part(part.array, part.kind, part.base, part.second, np.eye(4))
        for rigid, part in self._rigid_parts:
            self._draw_part(part.array, part.kind, part.base, part.base, turn @ rigid.compute_pose(straight))
        for place, part in self._eyeballs:
            look_at = compute_rotation(gaze_rad[0], gaze_rad[1], 0.0) * place[3]
            model = np.eye(4)
            model[:3, :3], model[:3, 3] = look_at, place[:3]
            self._draw_part(part.array, part.kind, part.base, part.base, turn @ model)
        return self._read()

    def project(self, points: Floats) -> Floats:
        """Points [n, 3] metres → [n, 3]: x and y in px of the drawn frame, and how far off in metres."""
        _, to_screen = self._compute_view()
        seen = np.concatenate([points, np.ones((len(points), 1))], 1) @ to_screen.T
        off_m, seen = seen[:, 3:], seen / seen[:, 3:]
        size = np.array([self._frame.width, self._frame.height])
        at_px = (seen[:, :2] * [1, -1] + 1) / 2 * size - 0.5
        return np.concatenate([at_px, off_m], 1).astype(np.float32)

    # --- parts ---

    def _create_soft_parts(self) -> Any:
        look = self._look
        yield self._create_soft_part(create_skin(), _SKIN, look.skin)
        yield self._create_soft_part(create_tongue(), _FLESH, _scale(look.gums, 0.9))
        yield self._create_soft_part(create_clothes(), _CLOTH, look.cloth, _scale(look.teeth, 0.8))
        if look.hair == "long":
            yield self._create_soft_part(create_long_hair(), _HAIR, look.hair_colour)
        if look.hair != "bald":
            yield self._create_soft_part(create_scalp(0.008), _HAIR, look.hair_colour)

    def _create_soft_part(
        self, part: Skin, kind: int, base: Colour, second: Colour | None = None
    ) -> _DeformingPart:
        moving = self._gl.buffer(reserve=len(part.uvs) * 24)
        fixed = self._gl.buffer(np.concatenate([part.uvs, part.own], 1).astype("f4").tobytes())
        index = self._gl.buffer(part.triangles.astype("i4").tobytes())
        content = [(moving, "3f 3f", "place", "normal"), (fixed, "2f 3f", "uv", "own")]
        array = self._gl.vertex_array(self._surface, content, index)
        shade = self._gl.vertex_array(self._depth, [(moving, "3f 12x", "place")], index)
        return _DeformingPart(array, kind, base, second or base, part, moving, shade)

    def _create_rigid_parts(self) -> Any:
        neutral = self._human.neutral
        for row in ("upper", "lower"):
            ids = load_base_body().get_points(f"helper-{row}-teeth")
            strip = neutral[ids]
            look = self._look
            teeth = create_teeth(strip, row, look.tooth_gap, look.crooked, look.seed)
            rigid = Rigid(teeth, ids, strip)
            yield rigid, self._create_rigid_part(rigid.solid, _TOOTH, look.teeth)
            flesh = Rigid(create_gums(strip, row), ids, strip)
            yield flesh, self._create_rigid_part(flesh.solid, _FLESH, look.gums)
            if row == "upper" and look.braces:
                braces = Rigid(create_braces(strip), ids, strip)
                yield braces, self._create_rigid_part(braces.solid, _TOOTH, _METAL)
        if self._look.glasses:
            yield self._create_glasses()

    def _create_glasses(self) -> tuple[Rigid, _Part]:
        left, right = (load_base_body().get_points(f"helper-{side}-eye") for side in "lr")
        neutral, ids = self._human.neutral, np.concatenate([left, right])
        frame = Rigid(create_glasses(neutral[left], neutral[right]), ids, neutral[ids])
        return frame, self._create_rigid_part(frame.solid, _PLASTIC, _FRAME)

    def _create_rigid_part(self, solid: Solid, kind: int, base: Colour) -> _Part:
        rows = np.concatenate(
            [solid.points, solid.normals, np.zeros((len(solid.points), 2)), solid.points], 1
        )
        buffer = self._gl.buffer(rows.astype("f4").tobytes())
        index = self._gl.buffer(solid.triangles.astype("i4").tobytes())
        content = [(buffer, "3f 3f 2f 3f", "place", "normal", "uv", "own")]
        return _Part(self._gl.vertex_array(self._surface, content, index), kind, base, base)

    def _create_eyeball(self, points: Floats) -> tuple[Floats, _Part]:
        solid, place = create_eyeball(points)
        return place, self._create_rigid_part(solid, _EYE, self._look.iris)

    # --- scene ---

    def _place_lamps(self) -> tuple[tuple[Floats, Floats], Floats]:
        at = np.array([light.place for light in self._look.lights], np.float32) + self._eyes_at
        power = np.array([light.power for light in self._look.lights], np.float32)
        to_light = _build_orthographic(0.42, 0.2, 3.0) @ _build_view(at[0], self._eyes_at - [0, 0, 0.06])
        return (at.astype(np.float32), power), to_light

    def _cast_shadow(self, to_light: Floats) -> None:
        self._gl.enable(moderngl.DEPTH_TEST)
        self._gl.disable(moderngl.CULL_FACE)
        self._shadow.use()
        self._shadow.clear(depth=1.0)
        self._depth["from_light"].write(_to_bytes(to_light))
        self._depth["model"].write(_to_bytes(np.eye(4)))
        for part in self._soft_parts:
            if part.kind in (_SKIN, _CLOTH):
                part.shade.render()

    def _set_scene(
        self, lamps: tuple[Floats, Floats], to_light: Floats, turn: Floats, opened_m: float
    ) -> None:
        eye, to_screen = self._compute_view()
        set_ = self._surface
        for name, matrix in (
            ("to_screen", to_screen),
            ("from_light", to_light),
            ("unturn", np.linalg.inv(turn)),
        ):
            set_[name].write(_to_bytes(matrix))
        set_["lamp_at"].write(lamps[0].tobytes())
        set_["lamp_power"].write(lamps[1].tobytes())
        set_["camera"], set_["ambient"] = tuple(eye), self._look.ambient
        set_["lips_at"], set_["gap_m"] = tuple(self._lips_at), max(opened_m, 0.0)
        set_["shine"], set_["exposure"] = self._look.shine, self._camera.exposure
        for slot, (name, texture) in enumerate(
            (("colours", self._colours), ("surface", self._reliefs), ("depths", self._depths))
        ):
            texture.use(slot)
            set_[name] = slot

    def _compute_view(self) -> tuple[Floats, Floats]:
        """Where the camera stands [3], and the way from metres to the screen [4, 4]."""
        camera, target = self._camera, self._eyes_at - np.array([0, 0, 0.045])
        eye = target + camera.distance_m * _compute_direction(camera.turn_rad, camera.rise_rad)
        height_m = camera.width_m * self._frame.height / self._frame.width
        view = 2 * np.arctan(height_m / 2 / camera.distance_m)
        return eye, _build_perspective(view, self._frame.width / self._frame.height) @ _build_view(
            eye, target
        )

    def _draw_part(self, array: Any, kind: int, base: Colour, second: Colour, model: Floats) -> None:
        self._surface["kind"], self._surface["base"], self._surface["second"] = kind, base, second
        self._surface["model"].write(_to_bytes(model))
        # The back of the head costs as much as the face.
        (self._gl.enable if kind == _SKIN else self._gl.disable)(moderngl.CULL_FACE)
        array.render()

    def _create_backdrop(self, background: Image) -> Any:
        program = self._gl.program(shading.BACKGROUND_VERTEX, shading.BACKGROUND_FRAGMENT)
        upright = np.ascontiguousarray(background[::-1])
        picture = self._gl.texture(background.shape[1::-1], 3, upright.tobytes(), alignment=1)
        self._gl.extra = picture  # kept alive as long as the context
        picture.use(5)
        program["picture"] = 5
        corners = self._gl.buffer(np.array([-1, -1, 3, -1, -1, 3], "f4").tobytes())
        return self._gl.vertex_array(program, [(corners, "2f", "corner")])

    def _create_textures(self, places: Floats) -> tuple[Any, Any]:
        colour, relief = paint_skin(places, self._look)
        colour = np.concatenate([np.sqrt(colour[..., :3]), colour[..., 3:]], -1)
        textures = []
        for picture in (colour, relief):
            levels = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
            texture = self._gl.texture(levels.shape[1::-1], levels.shape[2], levels.tobytes(), alignment=1)
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
            textures.append(texture)
        return textures[0], textures[1]

    def _read(self) -> Image:
        size = (self._frame.height, self._frame.width, 3)
        return np.frombuffer(self._frame.read(components=3, alignment=1), np.uint8).reshape(size)[::-1].copy()


@dataclass(frozen=True, eq=False)
class _Part:
    array: Any
    kind: int
    base: Colour
    second: Colour


@dataclass(frozen=True, eq=False)
class _DeformingPart(_Part):
    skin: Skin
    buffer: Any
    shade: Any

    def move(self, points: Floats) -> None:
        self.buffer.write(np.concatenate(self.skin.move(points), 1).astype("f4").tobytes())


def _create_context() -> Any:
    create: Any = moderngl.create_context  # its types take no backend
    try:
        return create(standalone=True, backend="egl")
    except Exception as error:
        raise RenderError(
            f"Drawing is not possible here: no OpenGL through EGL ({error}). On Debian and Ubuntu install "
            "libegl1 and libgl1-mesa-dri, then try again."
        ) from error


@cache
def _draw_texel_places(size_px: int) -> Floats:
    """The undeformed body's point at each texel of the skin [N, N, 3]; nan where there is none."""
    part = create_skin()
    with _create_context() as gl:
        program = gl.program(shading.TEXEL_VERTEX, shading.TEXEL_FRAGMENT)
        target = gl.framebuffer([gl.texture((size_px, size_px), 4, dtype="f4")])
        rows = gl.buffer(np.concatenate([part.uvs, part.own], 1).astype("f4").tobytes())
        index = gl.buffer(part.triangles.astype("i4").tobytes())
        target.use()
        target.clear()
        gl.vertex_array(program, [(rows, "2f 3f", "uv", "place")], index).render()
        read = np.frombuffer(target.read(components=4, dtype="f4"), np.float32)
    # Row 0 of what is read is the bottom; the texel program turned v over, so rows count from v = 0 up.
    return _grow_texels(read.reshape(size_px, size_px, 4)[::-1])


def _grow_texels(read: Floats) -> Floats:
    """Texels beside a seam take their neighbour's place, so that filtering finds skin there."""
    places = np.where(read[..., 3:] > 0.5, read[..., :3], np.nan)
    for _ in range(4):
        for axis, way in ((0, 1), (0, -1), (1, 1), (1, -1)):
            places = np.where(np.isnan(places), np.roll(places, way, axis), places)
    return np.asarray(places, np.float32)


def _scale(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _to_bytes(matrix: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(np.asarray(matrix, np.float32).T).tobytes()


def _build_turn(pivot: Floats, turn: Floats) -> Floats:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn, pivot - turn @ pivot
    return matrix


def _compute_direction(turn_rad: float, rise_rad: float) -> Floats:
    flat = np.cos(rise_rad)
    return np.array([np.sin(turn_rad) * flat, -np.cos(turn_rad) * flat, np.sin(rise_rad)])


def _build_view(eye: Floats, target: Floats) -> Floats:
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0, 0, 1])
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(right, ahead), -ahead])
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix


def _build_perspective(view_rad: float, aspect: float) -> Floats:
    scale = 1 / np.tan(view_rad / 2)
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[3, 2] = scale / aspect, scale, -1
    matrix[2, 2] = (_FAR_M + _NEAR_M) / (_NEAR_M - _FAR_M)
    matrix[2, 3] = 2 * _FAR_M * _NEAR_M / (_NEAR_M - _FAR_M)
    return matrix


def _build_orthographic(half_m: float, near_m: float, far_m: float) -> Floats:
    matrix = np.diag([1 / half_m, 1 / half_m, -2 / (far_m - near_m), 1.0])
    matrix[2, 3] = -(far_m + near_m) / (far_m - near_m)
    return matrix
